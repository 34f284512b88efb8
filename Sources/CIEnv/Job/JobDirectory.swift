internal import POSIX

/// A job's directory, from its making to its removal.
///
/// Every state that a kill can leave has a name that ``JobCollector`` knows: `.new-…` while it is filled, its own name
/// from when it is whole, `.trash-…` while it is removed.
public struct JobDirectory: Equatable, Sendable {
    /// Below the root.
    public let name: String
    /// The absolute path.
    public let path: String

    static let unfinishedPrefix = ".new-"
    static let trashPrefix = ".trash-"

    /// A name in `root` that says to people what job it is of, and that nobody can guess.
    public init(system: String, jobKey: String?, in root: borrowing JobRoot) {
        let words = [system, jobKey.map { Self.sanitised($0) }, RandomText.make(length: 16)]
        name = words.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "-")
        path = "\(root.path)/\(name)"
    }

    /// What is left of `text` for a name: at most so many letters, digits, dots, underscores and hyphens.
    static func sanitised(_ text: String, limit: Int = 48) -> String {
        let bytes = text.utf8.prefix(limit).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Makes the directory with all that is in it, or nothing.
    ///
    /// It is filled under another name and with a lock on it, so that no collector takes it for a leftover, and renamed
    /// when it is whole.
    public func make(_ entries: [JobTree.Entry], in root: borrowing JobRoot) throws(CIEnvError) {
        do throws(SystemError) {
            var unfinished = ""
            let directory = try Self.makeLocked(&unfinished, in: root.directory)
            do throws(SystemError) {
                try directory.write(entries)
                try root.directory.renameWithoutReplacing(unfinished, to: name)
            } catch {
                try? root.directory.removeTree(unfinished)
                throw error
            }
        } catch {
            throw CIEnvError(error, hint: "is the disk full? --tmp-dir names another")
        }
    }

    /// Makes a directory that is locked before any collector has touched it, and sets `name` to its name.
    ///
    /// Where a collector sees it before the lock is there, it takes it for a leftover: then it is gone, or about to go,
    /// and another one is made. Should that never end, then it is the root that is gone.
    private static func makeLocked(
        _ name: inout String, in root: borrowing Directory
    ) throws(SystemError) -> Directory {
        for _ in 0..<100 {
            name = "\(unfinishedPrefix)\(RandomText.make(length: 16))"
            do throws(SystemError) {
                let directory = try root.makeSubdirectory(name)
                if try directory.tryLock(), try directory.status().identity == root.status(of: name).identity {
                    return directory
                }
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        throw SystemError(.notFound, "make", root.path)
    }

    /// Removes the directory `name` with all that is in it.
    ///
    /// It is renamed first: nobody finds a half-removed job under its name, and of two who remove it one does.
    ///
    /// - Returns: Whether it was there.
    static func remove(_ name: String, in root: borrowing JobRoot) throws(CIEnvError) -> Bool {
        let trash = "\(trashPrefix)\(RandomText.make(length: 16))"
        do {
            try root.directory.renameWithoutReplacing(name, to: trash)
        } catch  where error.code == .notFound {
            return false
        } catch {
            throw CIEnvError(error)
        }
        do {
            try root.directory.removeTree(trash)
        } catch {
            throw CIEnvError(error)
        }
        return true
    }

    /// Removes the directory again, which nobody has been told of; what is left of it is the collector's.
    public func discard(as user: UInt32) {
        _ = try? Self.release(path, user: user)
    }

    /// Removes the job directory at `path`.
    ///
    /// - Returns: Whether it was there.
    /// - Throws: `CIEnvError`, of the kind `badConfiguration` where that is no job directory of `user`.
    public static func release(_ path: String, user: UInt32) throws(CIEnvError) -> Bool {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let name = FilePath.lastComponent(path), parent = FilePath.parent(path)
        let refused = CIEnvError(
            .badConfiguration, "\(path) is not removed: it is no job directory of this user",
            hint: "BERTH_JOB and --job name what ci-env made")
        guard FilePath.lastComponent(parent) == "berth-\(user)", !name.isEmpty, !name.hasPrefix(".") else {
            throw refused
        }
        guard let root = try JobRoot.find(in: FilePath.parent(parent), user: user) else { return false }
        do {
            guard try root.directory.status(of: name).kind == .directory else { throw refused }
            let directory = try root.directory.subdirectory(name)
            guard try directory.status(of: Lease.fileName).kind == .file else { throw refused }
        } catch let error as SystemError {
            if error.code != .notFound { throw CIEnvError(error) }
            if (try? root.directory.status(of: name)) != nil { throw refused }
            return false
        } catch {
            throw refused
        }
        return try remove(name, in: root)
    }
}
