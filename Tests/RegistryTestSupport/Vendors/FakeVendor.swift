import DockerConfig
@testable import HTTP
import JSON
@testable import Registry

/// A vendor's own API as it behaves, for tests: what it answers to each of its calls, and what they do.
///
/// It is made from the vendor's description. A call that it does not know, or that lacks something, fails the test.
protocol FakeVendor: Sendable {
    /// The implementation that is tested against it.
    static var name: String { get }
    /// The repository, such as `ghcr.io/acme/app`.
    static var repository: String { get }
    /// What the vendor's registry does by the distribution protocol.
    static var behaviour: FakeRegistry.Behaviour { get }
    /// The login in docker's config.
    static var login: Credential? { get }
    /// What is given by options.
    static var secrets: [VendorSecret: Secret] { get }
    /// The environment.
    static var variables: [String: String] { get }
    /// What of the suite the vendor does in its own way.
    static var ways: VendorWays { get }
    /// The vendor's own description, against which its calls are checked; `nil` where there is none.
    static var description: VendorDescription? { get }
    /// All of them, where the vendor has several.
    static var descriptions: [VendorDescription] { get }

    init()

    /// Answers `call`; `nil` where the registry itself answers by the distribution protocol.
    func answer(_ call: VendorCall, _ world: inout VendorWorld) -> FakeRegistry.Reply?
}

/// What vendors do each in their own way, as far as the suite has to know.
struct VendorWays: Sendable {
    /// Which of an image's times the list tells.
    enum Time: Sendable {
        case pushed
        /// When the tag was made or moved.
        case tagged
        case created
    }

    /// The time that the list tells.
    var time = Time.pushed
    /// The requests for the details of 2,500 tags, two of which lead to each of 1,250 images, logging in included.
    var listing: Int
    /// The requests to delete 1,000 tags of as many images, logging in included.
    var deletion: Int
    /// A rate limit as the vendor tells it.
    var limit: Limit
    /// Whether anything can be protected from deletion there.
    var protects = true
    /// Whether the last tag of a repository cannot be deleted.
    var keepsLastTag = false
    /// Whether a client that may delete is told so before it does.
    var tellsDeletion = true
    /// What requests begin with that log in, `POST https://…`: they change nothing.
    var logins: [String] = []

    /// Whether `call` logs in.
    func isLogin(_ call: VendorCall) -> Bool {
        logins.contains { "\(call.method) \(call.request.url.text)".hasPrefix($0) }
    }

    /// A rate limit as a vendor tells it, and how long it asks to wait; the clock stands at 1,700,000,000.
    struct Limit: Sendable {
        var status = 429
        var headers: [String: String] = [:]
        var body = ""
        var seconds: Int
    }

    /// The time at which the suite's clock begins, in seconds since 1970.
    static let start = 1_700_000_000
}

extension FakeVendor {
    static var behaviour: FakeRegistry.Behaviour { FakeRegistry.Behaviour() }
    static var login: Credential? { nil }
    static var secrets: [VendorSecret: Secret] { [:] }
    static var variables: [String: String] { [:] }
    static var description: VendorDescription? { nil }
    static var descriptions: [VendorDescription] { description.map { [$0] } ?? [] }
}

/// A vendor's own description of its API, and how a server is made of it.
struct VendorDescription: Sendable {
    /// The description's path below `../shared/specs`.
    let file: String
    /// What the server is told besides (`specmock.py` says what there is), as JSON.
    var config = "{}"
    /// Names with slashes in them that the description has as one component of a path.
    var components: [String] = []
    /// The operations that are called, as the description names them: `GET /tags/{tag}`.
    let operations: [String]
    /// Whether a request is one of the API's, and not of the registry.
    let describes: @Sendable (VendorCall) -> Bool
}

/// What is in the vendor's repository, and what goes wrong there.
struct VendorWorld: Sendable {
    /// Manifests, tags and blobs, the same as the distribution protocol shows.
    var content = FakeRegistry.Content()
    /// When manifests were pushed, in seconds since 1970.
    var pushed: [Digest: Int] = [:]
    /// When tags were made or moved, in seconds since 1970.
    var tagged: [String: Int] = [:]
    /// Tags that the vendor protects.
    var immutable: Set<String> = []
    /// Tags at which the vendor fails, and only at them.
    var failing: Set<String> = []
    /// Whether the client may not delete.
    var isDenied = false
    /// What the vendor itself has to remember.
    var notes: [String: String] = [:]

    /// The tags of a manifest, sorted.
    func tags(of digest: Digest) -> [String] { content.tags.filter { $0.value == digest }.map(\.key).sorted() }

    /// The tags of every manifest, sorted, at the cost of one look.
    var tagsByDigest: [Digest: [String]] {
        Dictionary(grouping: content.tags.keys.sorted()) { content.tags[$0] ?? Digest(of: []) }
    }

    /// The manifests, oldest first.
    var manifests: [Digest] {
        content.manifests.keys.sorted { (pushed[$0] ?? 0, $0.text) < (pushed[$1] ?? 0, $1.text) }
    }

    /// The digests that a manifest's index holds.
    func children(of digest: Digest) -> [Digest] {
        guard let stored = content.manifests[digest], MediaType(stored.type).isIndex,
            case .index(let entries)? = try? Manifest(parsing: stored.bytes, contentType: stored.type).content
        else { return [] }
        return entries.map(\.digest)
    }

    /// Whether an index holds a manifest.
    func isHeld(_ digest: Digest) -> Bool { content.manifests.keys.contains { children(of: $0).contains(digest) } }

    /// Removes a tag and nothing else; whether there was one.
    mutating func untag(_ tag: String) -> Bool { content.tags.removeValue(forKey: tag) != nil }

    /// Deletes a manifest with all its tags; whether there was one.
    mutating func remove(_ digest: Digest) -> Bool {
        content.tags = content.tags.filter { $0.value != digest }
        return content.manifests.removeValue(forKey: digest) != nil
    }
}

/// A request to a vendor.
struct VendorCall: Sendable {
    let request: HTTPRequest
    let body: [UInt8]

    var method: String { request.method.rawValue }
    var host: String { request.url.host }
    /// `https://host:port`.
    var origin: String { request.url.origin }
    /// The path, encoded as it was sent.
    var path: String { String(request.url.pathAndQuery.prefix { $0 != "?" }) }
    /// `GET /api/tags`.
    var line: String { "\(method) \(path)" }

    /// The parameters of the query, decoded.
    var query: [String: String] {
        let names = request.url.pathAndQuery.drop { $0 != "?" }.dropFirst().split(separator: "&").map {
            String($0.prefix { $0 != "=" })
        }
        return Dictionary(names.map { ($0, request.query($0) ?? "") }) { first, _ in first }
    }

    /// The value of a header field, secret ones too; empty where there is none.
    func header(_ name: String) -> String {
        for header in request.headers where header.name.lowercased() == name.lowercased() {
            switch header.value {
            case .plain(let text): return text
            case .secret(let secret): return secret.withValue { $0 }
            case .removed: break
            }
        }
        return ""
    }

    /// The body as JSON.
    var json: JSONValue? { try? JSONValue(parsing: body) }

    /// The components of the path behind `prefix`, decoded once; `nil` where it begins otherwise.
    func components(behind prefix: String) -> [String]? {
        guard path.hasPrefix(prefix) else { return nil }
        return path.dropFirst(prefix.count).split(separator: "/").map { component in
            URLParts("http://h.example/?v=\(component)").flatMap { HTTPRequest(.get, $0).query("v") } ?? ""
        }
    }
}

extension FakeRegistry.Reply {
    /// JSON.
    static func json(_ status: Int = 200, _ value: JSONValue, _ headers: [String: String] = [:]) -> Self {
        Self(status, headers, Array(value.text(indented: false).utf8))
    }
}

extension Array {
    /// The elements of a numbered page, from 1.
    func page(_ number: Int, of size: Int) -> [Element] {
        Array(dropFirst((number - 1) * size).prefix(size))
    }
}
