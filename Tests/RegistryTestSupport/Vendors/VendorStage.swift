import DockerConfig
@testable import HTTP
@testable import Registry
import Synchronization
import Testing

/// A vendor with one repository in memory: its own API and its registry, which are about the same images.
final class VendorStage: HTTPClient {
    private struct State {
        var world = VendorWorld()
        var lines: [String] = []
        var calls: [VendorCall] = []
        /// What the next requests that change something are answered with, instead of being done.
        var limits: [FakeRegistry.Reply] = []
        var meanwhile: (@Sendable (inout VendorWorld) -> Void)?
        /// What happens after the next call of an operation of Amazon's.
        var afterwards: (operation: String, work: @Sendable (inout VendorWorld) -> Void)?
        var described: (@Sendable (VendorCall) -> Bool, DescribedClient)?
    }

    let registry: FakeRegistry
    let clock = StillClock()
    private let type: any FakeVendor.Type
    private let vendor: any FakeVendor
    private let state = Mutex(State())
    private let repository: Repository

    init(_ type: any FakeVendor.Type) throws {
        self.type = type
        vendor = type.init()
        repository = try Repository(type.repository)
        registry = FakeRegistry(type.behaviour, host: repository.host.apiHost, clock: clock)
    }

    /// What the repository is called at its registry.
    var name: String { repository.name.text }

    /// The requests that were made.
    var calls: [VendorCall] { state.withLock { $0.calls } }

    /// The requests that were made, `METHOD URL` each.
    var lines: [String] { state.withLock { $0.lines } }

    /// Those of them that may change something.
    var changes: [String] {
        lines.filter { line in ["DELETE", "PUT", "POST", "PATCH"].contains { line.hasPrefix("\($0) ") } }
    }

    func forgetRequests() { state.withLock { $0.lines = [] } }

    /// Looks at, or changes, what is there.
    func with<Value>(_ work: (inout VendorWorld) -> sending Value) -> Value {
        let name = name
        return registry.with { content in
            state.withLock { state in
                // Taken out and put back: two who have it would make a copy of all of it for each change.
                state.world.content = content.repositories.removeValue(forKey: name) ?? FakeRegistry.Content()
                let value = work(&state.world)
                content.repositories[name] = state.world.content
                state.world.content = FakeRegistry.Content()
                return value
            }
        }
    }

    /// The tags that are there, and where they lead.
    var tags: [String: Digest] { with { $0.content.tags } }

    func has(_ digest: Digest) -> Bool { with { $0.content.manifests[digest] != nil } }

    /// An image with these tags, pushed `minute` minutes after the suite's time, its tags made another minute later.
    @discardableResult
    func image(_ seed: Int, _ tags: [String] = [], minute: Int = 0) -> Digest {
        let digest = registry.image(seed, tags: tags, in: name)
        let time = VendorWays.start + minute * 60
        with { world in
            world.pushed[digest] = time
            for tag in tags { world.tagged[tag] = time + 60 }
        }
        return digest
    }

    /// Answers the next requests that would change something so, and does nothing.
    func limit(_ reply: FakeRegistry.Reply, times: Int = 1) {
        state.withLock { $0.limits += Array(repeating: reply, count: times) }
    }

    /// Has `work` done as soon as something is looked at the next time.
    func meanwhile(_ work: @escaping @Sendable (inout VendorWorld) -> Void) { state.withLock { $0.meanwhile = work } }

    /// Has `work` done after the next call of an operation of Amazon's.
    func after(_ operation: String, _ work: @escaping @Sendable (inout VendorWorld) -> Void) {
        state.withLock { $0.afterwards = (operation, work) }
    }

    /// Has what `isDescribed` takes answered by another server.
    func delegate(_ isDescribed: @escaping @Sendable (VendorCall) -> Bool, to client: DescribedClient) {
        state.withLock { $0.described = (isDescribed, client) }
    }

    // MARK: the client

    var settings: RegistrySettings {
        let (login, variables) = (type.login, type.variables)
        var settings = RegistrySettings(client: self) { _ in login }
        settings.pacing = clock.pacing(unixTime: VendorWays.start)
        settings.secrets = type.secrets
        settings.variable = { variables[$0] }
        settings.implementation = NamedImplementation(type.name, source: "the test")
        precondition(settings.implementation != nil, "there is no implementation \(type.name)")
        return settings
    }

    func open() async throws -> ManagedRepository { try await ManagedRepository.open(repository, settings) }

    /// Deletes what has these names: tags and digests.
    func delete(_ names: [String], force: Bool = false) async throws -> DeletionReport {
        let targets = try names.map { DeletionTarget(try Digest($0).map { .digest($0) } ?? .tag(try Tag($0))) }
        return try await open().delete(targets, force: force) { _, _ in }
    }

    // MARK: HTTPClient

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let changes = request.method != .get && request.method != .head
        var call = VendorCall(request: request, body: [])
        switch request.body {
        case .bytes(let bytes): call = VendorCall(request: request, body: bytes)
        case .secret(let secret): call = VendorCall(request: request, body: secret.withValue { Array($0.utf8) })
        case .none, .stream: break
        }
        let isLogin = type.ways.isLogin(call)
        let (limit, meanwhile) = state.withLock {
            state -> (FakeRegistry.Reply?, (@Sendable (inout VendorWorld) -> Void)?) in
            state.lines.append("\(request.method.rawValue) \(request.url)")
            state.calls.append(call)
            let limit = changes && !isLogin && !state.limits.isEmpty ? state.limits.removeFirst() : nil
            return (limit, state.meanwhile)
        }
        if let limit { return response(limit, to: request) }
        if let (isDescribed, described) = state.withLock({ $0.described }), isDescribed(call) {
            return try await described.send(request)
        }
        if let reply = with({ vendor.answer(call, &$0) }) {
            let work = state.withLock { state -> (@Sendable (inout VendorWorld) -> Void)? in
                guard let next = state.afterwards, call.header("X-Amz-Target").hasSuffix(next.operation) else {
                    return nil
                }
                state.afterwards = nil
                return next.work
            }
            if let work { with { work(&$0) } }
            return response(reply, to: request)
        }
        if let meanwhile, request.method == .head {
            state.withLock { $0.meanwhile = nil }
            defer { with { meanwhile(&$0) } }
            return try await registry.send(request)
        }
        let isRegistry = request.url.host == registry.host && request.url.pathAndQuery.hasPrefix("/v2/")
        // The second is where the registry's tokens come from, where it wants any.
        guard isRegistry || request.url.host == "auth.example" else {
            Issue.record("\(type.name) has no such call: \(request.summary)")
            return response(FakeRegistry.Reply(404), to: request)
        }
        return try await registry.send(request)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        HTTPStream(try await send(request), inPartsOf: 1000)
    }

    private func response(_ reply: FakeRegistry.Reply, to request: HTTPRequest) -> HTTPResponse {
        HTTPResponse(
            status: reply.status, headers: HTTPFields(reply.headers.map { .init($0.key, $0.value) }),
            body: request.method == .head ? [] : reply.body, url: request.url)
    }
}
