internal import POSIX

/// The directory `berth-<uid>` in which a user's job directories lie.
///
/// It is 0700 and belongs to the user, or it is refused: somebody who made it first could swap what is in it.
public struct JobRoot: ~Copyable, Sendable {
    let directory: Directory

    /// Whether it lies in a checkout, where `git clean` may remove it and `git add` would take it.
    public let isInCheckout: Bool

    /// The absolute path, free of links.
    public var path: String { directory.path }

    private static func name(of user: UInt32) -> String { "berth-\(user)" }

    /// Opens the root in `base`, and makes it where there is none yet.
    ///
    /// - Throws: `CIEnvError`, of the kind `badConfiguration` where the base or the root may not be used.
    public static func make(in base: String, user: UInt32) throws(CIEnvError) -> JobRoot {
        let root = JobRoot(directory: try makeOrOpen(in: try openBase(base), user: user))
        try root.keepOutOfCommits()
        return root
    }

    private init(directory: consuming Directory) {
        isInCheckout = Self.isInCheckout(directory.path)
        self.directory = directory
    }

    private static func openBase(_ base: String) throws(CIEnvError) -> Directory {
        do {
            // Exported paths must go on meaning this directory after a `cd`, and after a link has changed.
            return try Directory(path: try FilePath.resolved(base))
        } catch {
            throw CIEnvError(
                .badConfiguration, "\(error)", hint: "name an existing directory with --tmp-dir or BERTH_TMP_DIR")
        }
    }

    private static func makeOrOpen(in parent: borrowing Directory, user: UInt32) throws(CIEnvError) -> Directory {
        do {
            return try parent.makeSubdirectory(name(of: user))
        } catch  where error.code == .exists {
            return try open(in: parent, user: user)
        } catch {
            throw CIEnvError(
                error.code == .noSpace ? .failed : .badConfiguration, "\(error)",
                hint: "name a directory that can be written with --tmp-dir or BERTH_TMP_DIR")
        }
    }

    /// Opens the root in `base`; `nil` where there is none.
    ///
    /// - Throws: `CIEnvError` where it may not be used.
    public static func find(in base: String, user: UInt32) throws(CIEnvError) -> JobRoot? {
        guard let path = try? FilePath.resolved(base), let parent = try? Directory(path: path) else { return nil }
        do {
            _ = try parent.status(of: name(of: user))
        } catch {
            return nil
        }
        return JobRoot(directory: try open(in: parent, user: user))
    }

    private static func open(in parent: borrowing Directory, user: UInt32) throws(CIEnvError) -> Directory {
        let name = name(of: user)
        let refused = "\(parent.path)/\(name) is refused"
        let hint = "see who made it and remove it, or name another directory with --tmp-dir or BERTH_TMP_DIR"
        let directory = try opened(name, in: parent, refused: refused, hint: hint)
        let status = try attempt { () throws(SystemError) in try directory.status() }
        guard status.owner == user else {
            throw CIEnvError(.badConfiguration, "\(refused): it belongs to user \(status.owner)", hint: hint)
        }
        guard status.permissions == 0o700 else {
            let mode = String(status.permissions, radix: 8)
            throw CIEnvError(.badConfiguration, "\(refused): its mode is 0\(mode), not 0700", hint: hint)
        }
        return directory
    }

    private static func opened(
        _ name: String, in parent: borrowing Directory, refused: String, hint: String
    ) throws(CIEnvError) -> Directory {
        do {
            return try parent.subdirectory(name)
        } catch  where error.code == .link || error.code == .notDirectory {
            throw CIEnvError(.badConfiguration, "\(refused): it is a link or a file, not a directory", hint: hint)
        } catch {
            throw CIEnvError(.badConfiguration, "\(refused): \(error.code)", hint: hint)
        }
    }

    /// The files that keep the directory out of commits and images, where it lies in a checkout.
    static let ignoreFiles = [".gitignore", ".dockerignore"]

    /// Whether `path` lies in a checkout, where `git clean` may remove it and `git add` would take it.
    private static func isInCheckout(_ path: String) -> Bool {
        var path = path
        while path != "/" {
            path = FilePath.parent(path)
            if FilePath.exists(path == "/" ? "/.git" : "\(path)/.git") { return true }
        }
        return false
    }

    /// Puts a file beside the job directories, in the place of one that has the name.
    ///
    /// - Returns: Its path.
    /// - Throws: `CIEnvError` where that cannot be done.
    public func put(_ name: String, _ text: String) throws(CIEnvError) -> String {
        try attempt { () throws(SystemError) in try directory.replace(name, Array(text.utf8)) }
        return "\(path)/\(name)"
    }

    /// What a person should know of where it lies.
    public var warnings: [String] {
        var warnings: [String] = []
        if isInCheckout {
            warnings.append("\(path) lies in a checkout, where git clean would remove it: --tmp-dir names another base")
        }
        let base = FilePath.parent(path)
        if let status = try? FileStatus(path: base), status.permissions & 0o1002 == 0o002 {
            warnings.append(
                "everybody may rename what is in \(base), the job's directory too: --tmp-dir names another base")
        }
        return warnings
    }

    private func keepOutOfCommits() throws(CIEnvError) {
        guard isInCheckout else { return }
        for name in Self.ignoreFiles {
            do {
                try directory.create(name, Array("*\n".utf8))
            } catch  where error.code == .exists {
                // A job before this one was here.
            } catch {
                throw CIEnvError(error)
            }
        }
    }
}
