@testable internal import Cleanup
internal import TestSupport

/// Git repositories of one test.
struct GitSite: ~Copyable, Sendable {
    let scratch: ScratchDirectory
    var path: String { scratch.path }

    init() throws {
        scratch = try ScratchDirectory()
    }

    private var environment: [String: String] {
        [
            "PATH": Command.searchPath, "HOME": path, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.com",
        ]
    }

    /// Runs `script` in the site's directory, with `commit [FILE]`, which makes a commit in the current directory, a
    /// minute younger than the one before.
    @discardableResult
    func run(_ script: String) async throws -> String {
        let helpers = """
            set -eu
            cd '\(path)'
            minute=0
            commit() {
                minute=$((minute + 1))
                GIT_AUTHOR_DATE="$((1700000000 + 60 * minute)) +0000" \\
                GIT_COMMITTER_DATE="$((1700000000 + 60 * minute)) +0000" \\
                git commit -q --allow-empty -m "${1-commit} $minute"
            }
            new() { git init -q -b main "$@"; }

            """
        var command = Command.shell(helpers + script, environment: environment)
        command.directory = path
        return try await command.succeed().text
    }

    /// A repository `origin` by `script`, and a full clone of it, `clone`.
    func clone(_ script: String) async throws {
        try await run("new origin; cd origin; \(script)")
        try await run("git clone -q origin clone")
    }

    func read(
        _ name: String = "clone", remote: String? = "origin", needsCommits: Bool = false
    ) async throws(CleanupError) -> GitHistory {
        try await GitHistory.read("\(path)/\(name)", remote: remote, needsCommits: needsCommits)
    }

    /// The commit that `name` is in a repository, with its first `digits`.
    func commit(_ name: String, in repository: String = "clone", digits: Int = 40) async throws -> String {
        String(try await run("cd '\(repository)'; git rev-parse '\(name)^{commit}'").prefix(digits))
    }
}

extension GitHistory {
    /// The names of branches and tags, sorted.
    var names: [String] { refs.map(\.text).sorted() }

    /// Who holds `tag` by a rule for all branches, or for all tags where the form is for these.
    func holder(
        _ tag: String, _ form: String, last: Int? = nil, within: Int? = nil, now: Int = 1_700_000_000
    ) throws -> String? {
        var rule = GitRule(try TagForm(form))
        rule.last = last
        rule.within = within
        return try holds(rule, now: now).holder(of: tag)
    }
}

extension GitHolds {
    func holder(of tag: String) -> String? { holder(of: tag.utf8Span.span) }
}
