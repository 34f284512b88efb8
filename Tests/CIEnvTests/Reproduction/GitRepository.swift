internal import CIEnv
internal import TestSupport

/// A real git repository in a directory of the test's own, which nobody's settings reach.
struct GitRepository: ~Copyable {
    let scratch: ScratchDirectory
    let path: String

    init(_ name: String = "app") async throws {
        let scratch = try ScratchDirectory()
        try await Self.git(["init", "--quiet", "--initial-branch=main", name], in: scratch.path)
        path = "\(scratch.path)/\(name)"
        self.scratch = scratch
    }

    /// One with a commit.
    static func withCommit(_ message: String = "Add a form\n\nIt asks for a name.\n") async throws -> GitRepository {
        let repository = try await GitRepository()
        try await repository.commit(message)
        return repository
    }

    /// Runs git in it.
    @discardableResult
    func git(_ arguments: String..., input: String? = nil) async throws -> String {
        try await Self.git(arguments, in: path, input: input)
    }

    func commit(_ message: String) async throws {
        try await git("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--file=-", input: message)
    }

    /// What HEAD is.
    func head() async throws -> String { try await git("rev-parse", "HEAD") }

    func checkout(_ options: LocalJobOptions = .none) async throws -> Checkout {
        try await Self.checkout(path, options)
    }

    /// Reading waits for git, which the few threads that async code shares should not.
    static func checkout(_ path: String, _ options: LocalJobOptions = .none) async throws -> Checkout {
        try await onThread { try Checkout(of: path, for: options) }
    }

    @discardableResult
    static func git(_ arguments: [String], in directory: String, input: String? = nil) async throws -> String {
        var command = Command("git", arguments)
        command.environment = [
            "PATH": Command.searchPath, "HOME": directory, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
            "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_AUTHOR_DATE": "2026-01-30T10:00:00+01:00", "GIT_COMMITTER_NAME": "Grace Hopper",
            "GIT_COMMITTER_EMAIL": "grace@example.com", "GIT_COMMITTER_DATE": "2026-01-31T16:47:55+01:00",
            "GIT_ALLOW_PROTOCOL": "file",
        ]
        command.directory = directory
        // Many tests start at once, and git's turn may come late.
        command.deadline = .seconds(600)
        command.input = input.map { Array($0.utf8) }
        let text = try await command.succeed().text
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
