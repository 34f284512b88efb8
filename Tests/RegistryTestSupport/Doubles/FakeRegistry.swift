internal import DockerConfig
@testable internal import HTTP
internal import Registry
internal import Synchronization

/// A registry in memory, for any number of requests at once.
///
/// It speaks the distribution protocol to the letter and refuses what a real one refuses; what real ones differ in is its
/// ``Behaviour``, what goes wrong with them its faults.
final class FakeRegistry: HTTPClient {
    /// What registries differ in; as it is made, it is Debian's `docker-registry` 2.8.
    struct Behaviour: Sendable {
        /// Whether `DELETE manifests/<tag>` removes the tag (distribution 3) or is no request at all (2.8).
        var untags = false
        /// What a tag's deletion is refused with.
        var untagRefusal = 400
        /// Whether manifests can be deleted.
        var deletes = true
        /// What nobody may do, of `pull`, `push` and `delete`.
        var denied: Set<String> = []
        /// How many tags it gives at a time, whatever it is asked for; all where that is `nil`.
        var pageSize: Int?
        /// What stands before the path in its links.
        var linkPrefix = ""
        /// Whether it says a manifest's digest in a header.
        var namesDigests = true
        var knowsHead = true
        /// Whether it keeps the lists of what refers to a manifest.
        var keepsReferrers = false
        var mounts = true
        /// Whether it gives parts of blobs.
        var knowsRanges = true
        /// Whether a repository without tags is one that it does not know.
        var hidesEmptyLists = false
        /// Whether it gives manifests of docker's schema 1 to those who do not ask for them.
        var hasOldManifests = false
        /// What stands before the path in the places for uploads.
        var uploadPrefix = ""
        /// How long its tokens are good; it wants none where that is `nil`.
        var tokenLife: Duration?
    }

    /// What happens to a request.
    enum Fault: Sendable {
        /// It is not carried out.
        case status(Int, [String: String] = [:], String = "")
        /// It is not carried out, and the connection breaks.
        case cut
        /// It is carried out, and the connection breaks.
        case doneThenCut
        /// It is carried out, and the answer is another.
        case doneThenStatus(Int)
        /// The connection breaks after so many bytes of its body.
        case cutBody(Int)
        /// It gets the bytes of something else.
        case lie(String)
        /// Somebody else does something first.
        case meanwhile(@Sendable (FakeRegistry) -> Void)
    }

    /// A request as the registry saw it.
    struct Asked: Sendable {
        /// `PUT app/manifests/v1`, or the URL where that is another host's.
        let line: String
        /// The value of `Authorization`.
        let authorization: String?
        let url: String
    }

    struct StoredManifest: Sendable {
        let bytes: [UInt8]
        let type: String
    }

    struct Content: Sendable {
        var manifests: [Digest: StoredManifest] = [:]
        var tags: [String: Digest] = [:]
        var blobs: [Digest: [UInt8]] = [:]
    }

    struct Upload: Sendable {
        let repository: String
        var bytes: [UInt8] = []
    }

    struct Rule: Sendable {
        let prefix: String
        let numbers: ClosedRange<Int>
        let fault: Fault
        var met = 0
    }

    struct State: Sendable {
        var behaviour: Behaviour
        var repositories: [String: Content] = [:]
        var uploads: [String: Upload] = [:]
        var uploadCount = 0
        var tokens: [String: (scope: String, end: Duration)] = [:]
        var tokenCount = 0
        var asked: [Asked] = []
        /// The parts of blobs that were asked for.
        var ranges: [String] = []
        var rules: [Rule] = []
    }

    struct Reply {
        var status: Int
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        init(_ status: Int, _ headers: [String: String] = [:], _ body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// An error as registries tell it.
        static func error(_ status: Int, _ code: String) -> Reply {
            Reply(status, [:], Array(#"{"errors":[{"code":"\#(code)","message":"as the fake says"}]}"#.utf8))
        }
    }

    let host: String
    let clock: StillClock
    private let state: Mutex<State>

    init(_ behaviour: Behaviour = Behaviour(), host: String = "r.example", clock: StillClock = StillClock()) {
        self.host = host
        self.clock = clock
        state = Mutex(State(behaviour: behaviour))
    }

    /// Looks at, or changes, what the registry has.
    func with<Value>(_ work: (inout State) -> sending Value) -> Value {
        state.withLock { work(&$0) }
    }

    /// Has `fault` happen to the first request that begins with `prefix`.
    func upon(_ prefix: String, _ fault: Fault) { upon(prefix, 1...1, fault) }

    /// Has `fault` happen to the requests that begin with `prefix`, those of the given `numbers` among them.
    func upon(_ prefix: String, _ numbers: ClosedRange<Int>, _ fault: Fault) {
        with { $0.rules.append(Rule(prefix: prefix, numbers: numbers, fault: fault)) }
    }

    /// What it was asked, in the order in which it came.
    var asked: [Asked] { with { $0.asked } }

    /// The requests that begin with any of `prefixes`.
    func lines(_ prefixes: String...) -> [String] {
        asked.map(\.line).filter { line in prefixes.isEmpty || prefixes.contains(where: line.hasPrefix) }
    }

    func forgetRequests() { with { $0.asked = [] } }

    // MARK: HTTPClient

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        // Whoever asks at the same time gets a chance to come first.
        await Task.yield()
        if Task.isCancelled { throw HTTPError(.cancelled, of: request, reason: "interrupted") }
        let fault = note(request)
        if case .meanwhile(let work) = fault { work(self) }
        switch fault {
        case .status(let status, let headers, let body):
            return response(Reply(status, headers, Array(body.utf8)), to: request)
        case .cut: throw HTTPError(.interrupted, of: request, reason: "cut")
        case .cutBody(let count):
            let body = try await body(of: request, atMost: count)
            _ = with { answer(request, body, isWhole: false, &$0) }
            throw HTTPError(.interrupted, of: request, reason: "cut")
        case nil, .doneThenCut, .doneThenStatus, .lie, .meanwhile: break
        }
        let body = try await body(of: request, atMost: .max)
        var reply = with { answer(request, body, isWhole: true, &$0) }
        switch fault {
        case .doneThenCut: throw HTTPError(.interrupted, of: request, reason: "cut")
        case .doneThenStatus(let status): reply = Reply(status)
        case .lie(let text): reply.body = Array(text.utf8)
        default: break
        }
        return response(reply, to: request)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
        HTTPStream(try await send(request), inPartsOf: 1000)
    }

    private func note(_ request: HTTPRequest) -> Fault? {
        let asked = Asked(
            line: line(of: request), authorization: Self.authorization(of: request), url: request.url.text)
        return with { state in
            state.asked.append(asked)
            if asked.line.hasPrefix("GET app/blobs/sha256") { state.ranges.append(request.header("Range")) }
            var fault: Fault?
            for index in state.rules.indices where asked.line.hasPrefix(state.rules[index].prefix) {
                state.rules[index].met += 1
                if state.rules[index].numbers.contains(state.rules[index].met) { fault = state.rules[index].fault }
            }
            return fault
        }
    }

    private func line(of request: HTTPRequest) -> String {
        let path = request.url.pathAndQuery.prefix { $0 != "?" }
        guard request.url.host == host, path.hasPrefix("/v2/") else {
            return "\(request.method.rawValue) \(request.url)"
        }
        return "\(request.method.rawValue) \(path.dropFirst(4))"
    }

    static func authorization(of request: HTTPRequest) -> String? {
        for header in request.headers where header.name == "Authorization" {
            switch header.value {
            case .secret(let secret): return secret.withValue { $0 }
            case .plain(let text): return text
            case .removed: break
            }
        }
        return nil
    }

    /// Reads a body as libcurl's client does, with the same errors.
    private func body(of request: HTTPRequest, atMost limit: Int) async throws(HTTPError) -> [UInt8] {
        guard case .stream(let upload) = request.body else {
            if case .bytes(let bytes) = request.body { return Array(bytes.prefix(limit)) }
            return []
        }
        var bytes: [UInt8] = []
        while bytes.count < limit, let part = try await upload.next() { bytes += part }
        if limit == .max, bytes.count != upload.length {
            throw HTTPError(.interrupted, of: request, reason: "what was to be sent has another length")
        }
        return Array(bytes.prefix(limit))
    }

    private func response(_ reply: Reply, to request: HTTPRequest) -> HTTPResponse {
        let isHead = request.method == .head
        return HTTPResponse(
            status: reply.status, headers: HTTPFields(reply.headers.map { .init($0.key, $0.value) }),
            body: isHead ? [] : reply.body, url: request.url)
    }
}
