internal import JSON
internal import POSIX

/// Where a config's file is.
struct ConfigPlace {
    private let directory: String
    private let name: String

    /// The file's path.
    var path: String { "\(directory)/\(name)" }

    /// The path of the file beside it in which berth, as docker's helper, keeps what clients give it.
    var storePath: String { "\(directory)/berth-store.json" }

    /// The place of the file or link at `path` itself.
    init(unresolved path: String) {
        directory = FilePath.parent(path)
        name = FilePath.lastComponent(path)
    }

    /// The place of what is at `path`, at the end of links; there may be nothing yet.
    init(_ path: String) throws(DockerConfigError) {
        do throws(SystemError) {
            self.init(unresolved: try FilePath.resolved(path))
        } catch  where error.code == .notFound && !Self.isLink(path) {
            self.init(unresolved: path)
        } catch {
            throw DockerConfigError(
                error, .badConfiguration, hint: "remove the link, or name another directory with --docker-config")
        }
    }

    private static func isLink(_ path: String) -> Bool {
        (try? FilePath.linkTarget(path)) != nil
    }

    /// Whether at `path` there is a file itself, and not a link to one.
    static func isFile(_ path: String) -> Bool {
        !isLink(path) && (try? FileStatus(path: path).kind) == .file
    }

    /// Waits for the lock of all who change the file, which lasts as long as what is returned.
    ///
    /// It is a file of its own, which stays: the config's is another after each change.
    func lock() throws(DockerConfigError) -> FileDescriptor {
        try changing { () throws(SystemError) in
            let directory = try madeDirectory(), lock = "\(name).lock"
            do throws(SystemError) {
                try directory.create(lock, [])
            } catch  where error.code == .exists {
                // Somebody was here before.
            }
            let file = try FileDescriptor(appendingTo: "\(self.directory)/\(lock)")
            try file.lock()
            return file
        }
    }

    private func madeDirectory() throws(SystemError) -> Directory {
        do {
            return try Directory(path: directory, forOwner: true)
        } catch  where error.code == .notFound {
            let parent = try Directory(path: FilePath.parent(directory), forOwner: true)
            do {
                return try parent.makeSubdirectory(FilePath.lastComponent(directory))
            } catch  where error.code == .exists {
                return try Directory(path: directory, forOwner: true)
            }
        }
    }

    /// Puts `file` in the place of what is there; only who has the lock may.
    func replace(_ file: DockerConfigFile) throws(DockerConfigError) {
        let text = Array(JSONValue.object(file.object).text().utf8)
        guard !text.isEmpty else { throw DockerConfigError(.failed, "cannot write \(path): out of memory") }
        try changing { () throws(SystemError) in
            let directory = try Directory(path: directory, forOwner: true)
            try directory.removeUnfinished(name)
            try directory.replace(name, text)
        }
    }

    private func changing<Result: ~Copyable>(
        _ body: () throws(SystemError) -> Result
    ) throws(DockerConfigError) -> Result {
        do {
            return try body()
        } catch {
            let isRefused = [.denied, .notPermitted, .readOnly, .notDirectory, .notFound].contains(error.code)
            throw DockerConfigError(error, isRefused ? .badConfiguration : .failed)
        }
    }
}
