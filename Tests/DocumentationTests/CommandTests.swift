internal import TestSupport
internal import Testing
internal import YAML

/// The rules for who writes documents.
///
/// - A block of `sh` (`bash`, `zsh`, `fish`, `csh`) is run as it stands, by that shell, in a clone of `group/app` as a
///   GitLab job; a command that fails fails the test. One that is meant to ends in `# exit 77`, on the block's last line.
/// - A block of `console` is a transcript: `$ command`, then what it prints on either output, where `…` stands for anything.
/// - The scripts in a block of `yaml` are run, each in a shell of its own: GitLab's `script` behind its `before_script`, and
///   `after_script` apart; each step's elsewhere, on GitHub with the variables that the steps before have handed on, and
///   with `GITHUB_TOKEN` where the step's `env` has it. What an action or a template of the project's does is done.
///   A policy, or a part of one, is tried on a repository. `json` has to be JSON, or the members of an object.
/// - The blocks of a document are run one after the other on one machine, each by a shell of its own.
/// - In a Jenkinsfile (`groovy`), the scripts of `sh` are run. The variables that `--login` names have a login.
/// - Every host that a document names is a registry there, with all the images that documents name, by their tags, beside
///   `latest`, `1.2`, `v1.0.0`, `mr-…` and `main-…` of all ages. docker has the user's logins, as do `GHCR_USER`,
///   `GHCR_TOKEN`, `QUAY_USER` and `QUAY_TOKEN`. In jobs, which is what pipelines are and whatever calls `berth ci-env` or
///   `exec`, docker's logins may only pull, so that what is pushed shows the job's own. The rest is in `Sandbox`.
/// - What readers need not see stands in comments: see ``Notes``.
@Suite(
    "The commands of the documents", .serialized, .enabled(if: Sandbox.obstacle == nil, "\(Sandbox.obstacle ?? "")"),
    .onTheirMachine)
struct CommandTests {
    @Test("do what they say", arguments: Documents.withBlocks)
    func blocks(document: Document) async throws {
        let sandbox = try #require(Sandbox.current)
        try await sandbox.reset()
        for block in document.markdown.blocks {
            let notes = Notes(of: block, in: document)
            guard notes.reason == nil else { continue }
            let text = notes.read(block.text)
            if let file = notes.file { try await sandbox.save(text, as: file) }
            let place = document.place(block.line)
            switch block.language {
            case "sh", "bash", "zsh", "fish", "csh", "tcsh":
                try await runScript(text, by: block.language ?? "", given: notes.given, on: sandbox, place)
            case "groovy":
                for script in scripts(inGroovy: text) {
                    try await runScript(script, by: "sh", given: notes.given, isJob: true, on: sandbox, place)
                }
            case nil:
                // Options of ci-env, each line for itself, and behind it at some distance what goes with it.
                for line in text.split(separator: "\n") where line.hasPrefix("--") && !line.contains("…") {
                    let script = "berth ci-env github \(line.split(separator: "  ")[0]) >/dev/null"
                    try await runScript(script, by: "sh", given: notes.given, system: "github", on: sandbox, place)
                }
            case "console": try await runTranscript(text, given: notes.given, on: sandbox, place)
            case "yaml" where !text.contains("…"):
                for document in text.yamlDocuments {
                    try await runYAML(document, given: notes.given, on: sandbox, place)
                }
            default: break
            }
        }
    }

    @Test("and those of the program's help do, too")
    func help() async throws {
        let sandbox = try #require(Sandbox.current)
        try await sandbox.reset()
        for (name, command) in try await ProgramHelp.ofProgram.commands.sorted(by: { $0.key < $1.key }) {
            for example in command.examples {
                let files = ["berth.yml": "cp ../berth.yml .\n", "job.json": "berth snapshot -o job.json\n"]
                let given = files.filter { example.contains($0.key) }.values.joined()
                let isGitHub = example.contains("--shell github")
                let shell =
                    isGitHub ? [Sandbox.steps] : [example.contains("| source") ? "fish" : "bash"]
                let outcome = try await sandbox.run(
                    (isGitHub ? "--- step\n" : "") + given + example, by: shell, system: isGitHub ? "github" : "gitlab")
                let isDone = outcome.status == 0
                #expect(isDone, "\(name): \(example): exit \(outcome.status): \(outcome.errorText)")
            }
        }
    }

    private func runScript(
        _ script: String, by language: String, given: String, system: String = "gitlab", isJob: Bool = false,
        on sandbox: Sandbox, _ place: SourceLocation
    ) async throws {
        let shell =
            switch language {
            case "sh", "bash": ["bash", "-e", "-o", "pipefail"]
            case "zsh": ["zsh", "-e"]
            case "csh", "tcsh": ["tcsh", "-e"]
            default: [language]
            }
        let lastLine = script.split(separator: "\n").last ?? ""
        let expected = lastLine.split(separator: "# exit ").dropFirst().last.flatMap {
            Int32($0.prefix(while: \.isNumber))
        }
        let outcome = try await sandbox.run(
            given + script, by: logins(in: script) + shell, system: system, isJob: isJob)
        let said = outcome.errorText + outcome.text
        let isExpected = outcome.status == expected ?? 0
        #expect(isExpected, "exit \(outcome.status): \(said)", sourceLocation: place)
    }

    private func runTranscript(
        _ text: String, given: String, on sandbox: Sandbox, _ place: SourceLocation
    ) async throws {
        let transcript = Transcript(text)
        let mark = "--- end ---"
        let outcome = try await sandbox.run(given + transcript.script(mark: mark), by: ["bash"])
        let outputs = outcome.text.split(separator: "\n\(mark)\n", omittingEmptySubsequences: false)
        #expect(outputs.count == transcript.entries.count + 1, "\(outcome.text)", sourceLocation: place)
        for (entry, output) in zip(transcript.entries, outputs) {
            // A line that ends before the mark leaves an empty one.
            var lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            let isSame = Transcript.matches(lines, entry.output)
            #expect(isSame, "\(entry.command): \(output)", sourceLocation: place)
        }
    }

    private func runYAML(
        _ text: String, given: String, on sandbox: Sandbox, _ place: SourceLocation
    ) async throws {
        let node = try YAMLNode(ofBlock: text)
        if let policy = PolicyText(text, node) {
            let script =
                "cat >/mnt/policy.yml <<'END'\n\(policy.text)END\n"
                + "echo app:latest | berth cleanup \(policy.repository) --policy /mnt/policy.yml"
                // What a plan comes to is nothing to the point, nor what this registry can tell.
                + " --max-delete 100% --time created\n"
            try await runScript(script, by: "bash", given: given, on: sandbox, place)
        }
        let pipeline = Pipeline(node)
        for scripts in pipeline.jobs where !scripts.isEmpty {
            guard pipeline.isGitHub else {
                for script in scripts {
                    try await runScript(script, by: "bash", given: given, isJob: true, on: sandbox, place)
                }
                continue
            }
            let steps = ([given] + scripts).map { "--- step\n\($0)\n" }.joined()
            let shell = logins(in: steps) + [Sandbox.steps]
            let outcome = try await sandbox.run(steps, by: shell, system: "github", isJob: true)
            #expect(outcome.status == 0, "\(outcome.errorText)\(outcome.text)", sourceLocation: place)
        }
    }
}

/// What has a command find a login in the variables that `--login HOST=USERVAR,PASSWORDVAR` names, whatever they are.
private func logins(in script: String) -> [String] {
    let names = script.split(separator: "--login ").dropFirst().flatMap { text in
        text.prefix { !$0.isWhitespace }.split(separator: "=").last?.split(separator: ",") ?? []
    }
    guard names.count.isMultiple(of: 2) else { return [] }
    return ["env"] + zip(0..., names).map { "\($1)=\($0.isMultiple(of: 2) ? "ci" : "registry-password")" }
}

/// The scripts in a Jenkinsfile: what stands between triple quotes, and in `sh '…'`.
func scripts(inGroovy text: String) -> [String] {
    let pieces = text.split(separator: "'''", omittingEmptySubsequences: false)
    return zip(0..., pieces).flatMap { index, piece in
        if !index.isMultiple(of: 2) { return [String(piece)] }
        return piece.split(separator: "sh '").dropFirst().map { String($0.prefix { $0 != "'" }) + "\n" }
    }
}

/// A policy of `berth cleanup`, made whole.
struct PolicyText {
    /// The file.
    let text: String
    /// A repository that it is for.
    let repository: String

    /// Nil where it is something else.
    init?(_ text: String, _ node: YAMLNode) {
        guard case .mapping(let members) = node.content else { return nil }
        let keys = Set(members.map(\.key))
        let isWhole = keys == ["version", "repositories"]
        guard isWhole || keys.isSubset(of: ["match", "time", "max-delete", "delete", "keep", "untagged"]) else {
            return nil
        }
        let lines = text.split(separator: "\n")
        self.text =
            isWhole
            ? text
            : "version: 1\nrepositories:\n" + zip(0..., lines).map { "\($0 == 0 ? "  - " : "    ")\($1)\n" }.joined()
        repository = Self.match(node).map(Mentions.example(of:)) ?? "registry.example.com/group/app"
    }

    /// The first glob behind `match`.
    private static func match(_ node: YAMLNode) -> String? {
        switch node.content {
        case .scalar: return nil
        case .sequence(let nodes): return nodes.lazy.compactMap(match).first
        case .mapping(let members):
            guard let value = members.first(where: { $0.key == "match" })?.value else {
                return members.lazy.compactMap { match($0.value) }.first
            }
            if case .sequence(let patterns) = value.content { return patterns.first?.flowText.unquoted }
            return value.flowText.unquoted
        }
    }
}

extension String {
    /// The text without the quotes that a flow has around some.
    fileprivate var unquoted: String { filter { $0 != "\"" } }
}
