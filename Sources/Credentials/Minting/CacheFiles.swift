internal import DockerConfig
internal import POSIX

/// The files of one registry's credential in the job's directory.
struct CacheFiles: Sendable {
    private let directory: String
    private let name: String

    /// The longest file that is read, in bytes: longer than the longest token, with a request beside it.
    private static let limit = 1 << 18

    /// Those for the host of `registry` in `directory`.
    init(_ registry: String, in directory: String) {
        self.directory = directory
        name = Self.name(RegistryKey(registry)?.host ?? registry)
    }

    /// A file's name for `host` that no other host has, and nobody takes for another file.
    ///
    /// What is not a letter, a digit, a dot or a hyphen becomes the number of the byte between underscores, of which no
    /// host's name has any. No real host's name is too long for a file's.
    static func name(_ host: String) -> String {
        var name = ""
        for byte in host.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: ".") where !name.isEmpty || byte != UInt8(ascii: "."):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default: name += "_\(byte)_"
            }
        }
        return name
    }

    /// The credential; `nil` where there is none that can be relied on.
    var credential: CachedCredential? { read("json").flatMap { CachedCredential($0) } }

    /// Why there was none to be had the last time; `nil` where that is not so.
    var refusal: RecordedRefusal? { read("refused").flatMap { RecordedRefusal($0) } }

    /// The paths of the files that tell something.
    var paths: [String] { ["json", "refused"].map { "\(directory)/\(name).\($0)" } }

    /// The path of the lock's file.
    var lockPath: String { "\(directory)/\(name).lock" }

    /// The lock of all who ask for the credential, which nobody has yet by this.
    ///
    /// It is a file of its own, which stays, so that all lock the same one.
    func lockFile() throws(SystemError) -> CacheLock {
        let directory = try openDirectory()
        do throws(SystemError) {
            try directory.create("\(name).lock", [])
        } catch  where error.code == .exists {
            // Somebody was here before.
        }
        return CacheLock(try FileDescriptor(appendingTo: lockPath))
    }

    /// Puts `credential` in the place of what is there; only who has the lock may.
    func keep(_ credential: CachedCredential) throws(SystemError) {
        let directory = try Directory(path: directory, followingLinks: false, forOwner: true)
        // What was refused before is over.
        try directory.remove("\(name).refused")
        try replace("json", credential.text, in: directory)
    }

    /// Tells others of `refusal`; only who has the lock may.
    func keep(_ refusal: RecordedRefusal) throws(SystemError) {
        guard let text = refusal.text else { return }
        try replace("refused", text, in: try Directory(path: directory, followingLinks: false, forOwner: true))
    }

    /// Removes the credential, where there is one.
    func forget() throws(SystemError) {
        do throws(SystemError) {
            let directory = try Directory(path: directory, followingLinks: false, forOwner: true)
            try directory.remove("\(name).json")
            try directory.remove("\(name).refused")
        } catch  where error.code == .notFound {
            // Nothing was ever minted.
        }
    }

    private func replace(_ kind: String, _ text: [UInt8], in directory: borrowing Directory) throws(SystemError) {
        try directory.removeUnfinished("\(name).\(kind)")
        try directory.replace("\(name).\(kind)", text)
    }

    private func read(_ kind: String) -> [UInt8]? {
        try? FileDescriptor(reading: "\(directory)/\(name).\(kind)").readAll(limit: Self.limit)
    }

    private func openDirectory() throws(SystemError) -> Directory {
        do {
            return try Directory(path: directory, followingLinks: false, forOwner: true)
        } catch  where error.code == .notFound {
            let job = try Directory(path: FilePath.parent(directory), forOwner: true)
            do {
                return try job.makeSubdirectory(FilePath.lastComponent(directory))
            } catch  where error.code == .exists {
                return try Directory(path: directory, followingLinks: false, forOwner: true)
            }
        }
    }
}

/// A lock that ends with its last owner; an object, as asynchronous code cannot hold what cannot be copied.
final class CacheLock: Sendable {
    private let file: FileDescriptor

    init(_ file: consuming FileDescriptor) {
        self.file = file
    }

    /// Takes the lock where nobody has it, and says whether it did; where the file system knows none, everybody has it.
    func isTaken() -> Bool {
        do { return try file.tryLock() } catch { return true }
    }
}
