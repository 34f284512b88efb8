internal import TestSupport
internal import Testing

/// The machine that the documents speak of; what is on it, `Sandbox/start` says.
final class Sandbox: Sendable {
    /// The machine of the suite that runs.
    @TaskLocal static var current: Sandbox?

    /// Why there cannot be one here; nil where there can.
    static let obstacle: String? = {
        if !Berth.isRoot { return "a network of one's own needs root" }
        let isHidden = ["/mnt/", "/run/"].contains { Documents.root.hasPrefix($0) }
        return isHidden ? "/mnt and /run are the machine's own, and hide the project" : MotoServer.obstacle
    }()

    /// What does the steps of a workflow.
    static let steps = "\(folder)/steps"

    private static let folder = "\(Documents.root)/Tests/DocumentationTests/Sandbox"

    private let process: ChildProcess
    private let entrance: [String]

    /// Starts it and returns when all is there.
    init(in directory: String, naming mentions: Mentions) async throws {
        let ready = "\(directory)/ready"
        try Files.write(mentions.images.joined(separator: "\n") + "\n", to: "\(directory)/images")
        try Files.write(mentions.hosts.joined(separator: "\n") + "\n", to: "\(directory)/hosts")
        var command = Command(
            "unshare",
            ["--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child", "\(Self.folder)/start", Berth.path, ready]
                + ["\(directory)/images", "\(directory)/hosts"])
        command.keepsInputOpen = true
        command.deadline = .seconds(3600)
        let process = try command.start()
        guard await waitUntil(.seconds(120), { Files.exists(ready) || !Files.exists("/proc/\(process.pid)/exe") }),
            let pid = try? Files.text(ready).trimming()
        else {
            process.signalGroup(9)
            let outcome = try? await process.outcome()
            throw TestFailure("the machine did not start: \(outcome?.errorText ?? "")")
        }
        self.process = process
        entrance = ["--target", pid, "--mount", "--net", "--ipc", "--pid", "--"]
    }

    deinit {
        process.signalGroup(9)
    }

    /// Has everything as it was at the beginning.
    func reset() async throws {
        try await Command("nsenter", entrance + ["\(Self.folder)/reset"]).succeed()
    }

    /// Writes a file into the clone.
    func save(_ text: String, as name: String) async throws {
        var command = Command("nsenter", entrance + ["tee", "/mnt/app/\(name)"])
        command.input = Array(text.utf8)
        try await command.succeed()
    }

    /// Runs a script in the clone, with a system's variables, by a shell with its options; as a job, or where it makes
    /// itself one, by the home whose logins may only pull.
    func run(
        _ script: String, by shell: [String] = ["bash", "-e", "-o", "pipefail"], system: String = "gitlab",
        isJob: Bool = false
    ) async throws -> Outcome {
        let isJob = isJob || script.contains("berth ci-env") || script.contains("berth exec")
        let home = isJob ? "job-home" : "home"
        var command = Command("nsenter", entrance + ["\(Self.folder)/run", system, home] + shell)
        command.input = Array(script.utf8)
        // Some ask clusters, and all share the processors with whatever else is at work.
        command.deadline = .seconds(300)
        return try await command.run()
    }
}

/// Starts one machine for all tests of a suite.
struct SandboxTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        let scratch = try ScratchDirectory()
        let sandbox = try await Sandbox(in: scratch.path, naming: Mentions(Documents.all))
        try await Sandbox.$current.withValue(sandbox) { try await function() }
    }
}

extension Trait where Self == SandboxTrait {
    /// The tests run on the machine that the documents speak of.
    static var onTheirMachine: Self { Self() }
}

/// The hosts and images that documents name.
struct Mentions {
    /// Names of hosts; files with dots in their names may be among them, which does no harm.
    private(set) var hosts: Set<String> = [
        "api.ecr.eu-west-1.amazonaws.com", "gitlab.example.com", "registry.example.com", "sts.eu-west-1.amazonaws.com",
    ]
    /// `HOST/REPOSITORY` or `HOST/REPOSITORY:TAG`.
    private(set) var images: Set<String> = ["registry.example.com/group/app"]

    init(_ documents: [Document]) {
        for document in documents {
            let markdown = document.markdown
            for text in markdown.blocks.map(\.text) + markdown.spans.map(\.text) { read(text) }
        }
    }

    private mutating func read(_ text: String) {
        let isPart = { (character: Character) in character.isASCII && (character.isLetter || character.isNumber) }
        for word in text.split(whereSeparator: { !isPart($0) && !"-._/:*".contains($0) }) {
            let parts = word.split(separator: "/", maxSplits: 1)
            guard let host = parts.first.map(String.init), Self.isHost(host) else { continue }
            hosts.insert(host)
            let image = parts.count > 1 ? String(parts[1]) : ""
            let example = Self.example(of: image)
            if Self.isImage(example) { images.insert("\(host)/\(example)") }
        }
    }

    /// A name that fits a glob.
    static func example(of glob: String) -> String {
        glob.replacing("**", with: "group/app").replacing("*", with: "app")
    }

    private static func isHost(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1 && text == text.lowercased() && !text.contains("_")
            && labels.allSatisfy { !$0.isEmpty && $0.count < 64 && !$0.hasPrefix("-") && !$0.hasSuffix("-") }
            && labels.last?.allSatisfy(\.isLetter) == true && labels.last?.count ?? 0 > 1
    }

    private static func isImage(_ text: String) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        return parts.count < 3 && parts.allSatisfy { !$0.isEmpty && !$0.hasSuffix(".") && !$0.hasSuffix("-") }
            && path.allSatisfy { $0.first?.isLetter == true && $0.allSatisfy { $0.isLowercase || !$0.isLetter } }
    }
}
