internal import TestSupport
internal import Testing

/// A registry with passwords behind a proxy that spoils what it is told to.
///
/// It has the repository `app` with one image under the tags `1` and `2`. Asked past the proxy, it is another registry to
/// berth.
struct FaultySite: ~Copyable {
    let machine: Machine
    let registry: LoopbackRegistry
    let proxy: SharedProxy
    /// The image's digest.
    let digest: String

    static let image = ManifestContent.image(
        created: "2024-01-02T03:04:05Z", layers: [100_000], tags: ["1", "2"])

    init() async throws {
        let machine = try Machine()
        let registry = try await LoopbackRegistry(users: ["me"])
        let digest = try await registry.store([Self.image], as: "app")[0].digest
        let proxy = try await SharedProxy(to: registry.address)
        try machine.writeDockerConfig(
            dockerConfig(
                [proxy.address, registry.address].map {
                    (host: $0, user: "me", password: LoopbackRegistry.password(of: "me"))
                }))
        self.machine = machine
        self.registry = registry
        self.digest = digest
        self.proxy = proxy
    }

    /// A run of berth, with `P` for the proxy's address and `O` for the registry's own; from now on the rules hold.
    func command(_ stage: Stage, _ options: [String] = [], rules: [FaultyProxy.Rule]) throws -> Command {
        try proxy.use(rules)
        let words = stage.words.map { word in
            switch word.prefix(2) {
            case "P/": proxy.address + word.dropFirst()
            case "O/": registry.address + word.dropFirst()
            default: word
            }
        }
        var command = berth(words + options, machine.environment)
        command.deadline = .seconds(45)
        return command
    }

    /// The same, to its end.
    func run(_ stage: Stage, _ options: [String] = [], rules: [FaultyProxy.Rule]) async throws -> Outcome {
        try await command(stage, options, rules: rules).run()
    }
}

/// A proxy that several may look at.
final class SharedProxy: Sendable {
    private let proxy: FaultyProxy

    init(to upstream: String) async throws {
        proxy = try await FaultyProxy(to: upstream)
    }

    var address: String { proxy.address }

    func use(_ rules: [FaultyProxy.Rule]) throws { try proxy.use(rules) }

    func requests() throws -> [FaultyProxy.Request] { try proxy.requests() }

    /// Waits until `count` requests of a method have come whose path and query have `part` in them.
    func waitForRequest(_ method: String, _ part: String, count: Int = 1) async throws {
        let hasCome = try await waitUntil {
            try self.requests().filter { $0.method == method && $0.uri.contains(part) }.count >= count
        }
        guard hasCome else { throw TestFailure("no \(method) \(part): \(try requests().map { ($0.method, $0.uri) })") }
    }
}

/// A request of a command that meets a fault.
struct Stage: Sendable, CustomTestStringConvertible {
    /// The command, with `P` for the proxy's address and `O` for the registry's own.
    let words: [String]
    let method: String
    /// A regular expression for the request's path and query.
    let path: String

    init(_ words: String, _ method: String, _ path: String) {
        self.words = words.split(separator: " ").map(String.init)
        self.method = method
        self.path = path
    }

    var testDescription: String { "\(words.joined(separator: " ")), at \(method) \(path)" }

    func rule(_ fault: FaultyProxy.Fault, times: Int? = nil) -> FaultyProxy.Rule {
        .init(fault, method: method, path: path, times: times)
    }

    /// What is read, and has a body in its answer.
    static let reading = [
        Stage("tags P/app", "GET", "/v2/$"), Stage("tags P/app", "GET", "/tags/list"),
        Stage("tags P/app --details", "GET", "/manifests/1"), Stage("tags P/app --details", "GET", "/blobs/"),
        Stage("inspect P/app:1", "GET", "/manifests/1"), Stage("inspect P/app:1", "GET", "/blobs/"),
        Stage("inspect P/app:1", "GET", "/referrers/"), Stage("copy P/app:1 O/copy", "GET", "/manifests/1"),
        Stage("copy P/app:1 O/copy", "GET", "/blobs/"), Stage("check P/app", "GET", "/tags/list"),
        Stage("delete P/app:1", "GET", "/tags/list"), Stage("delete P/app:1", "GET", "/manifests/1"),
    ]

    /// What is looked at, or changed.
    static let changing = [
        Stage("copy O/app:1 P/copy", "HEAD", "/manifests/"), Stage("copy O/app:1 P/copy", "HEAD", "/blobs/"),
        Stage("copy O/app:1 P/copy", "POST", "/blobs/uploads/"), Stage("copy O/app:1 P/copy", "PUT", "/blobs/uploads/"),
        Stage("copy O/app:1 P/copy", "PUT", "/manifests/"), Stage("copy P/app:1 P/copy", "POST", "mount="),
        Stage("check P/app", "POST", "/blobs/uploads/"), Stage("check P/app", "DELETE", "/manifests/"),
        Stage("delete P/app:1", "HEAD", "/manifests/1"), Stage("delete P/app:1", "DELETE", "/manifests/1$"),
        Stage("delete P/app:1", "HEAD", "/manifests/2"), Stage("delete P/app:1", "PUT", "/blobs/uploads/"),
        Stage("delete P/app:1", "PUT", "/manifests/1"), Stage("delete P/app:1", "DELETE", "/manifests/sha256"),
        Stage("delete P/app:1 P/app:2", "DELETE", "/manifests/sha256"),
    ]
}

extension FaultySite {
    /// Fails unless the registry is what a command that has been done leaves, with every image whole.
    func expectDone(_ stage: Stage, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try proxy.use([])
        let tags = Files.names(in: "\(registry.storage)/docker/registry/v2/repositories/app/_manifests/tags")
        switch stage.words[0] {
        case "copy": try await expectWhole("\(registry.address)/copy:1", sourceLocation: sourceLocation)
        case "delete":
            #expect(tags == (stage.words.count == 2 ? ["2"] : []), sourceLocation: sourceLocation)
            if stage.words.count == 2 {
                try await expectWhole("\(registry.address)/app:2", sourceLocation: sourceLocation)
            }
        default: #expect(tags == ["1", "2"], sourceLocation: sourceLocation)
        }
    }

    /// Fails unless both tags are there, with their image.
    func expectUntouched(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for tag in ["1", "2"] {
            try await expectWhole("\(registry.address)/app:\(tag)", sourceLocation: sourceLocation)
        }
    }

    private func expectWhole(_ reference: String, sourceLocation: SourceLocation) async throws {
        let read = try await skopeo(["inspect", "--format", "{{.Digest}}", "docker://\(reference)"], user: "me")
        #expect(read.text == "\(digest)\n", "\(read.errorText)", sourceLocation: sourceLocation)
    }
}
