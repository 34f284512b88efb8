/// One answer: whole, or the head of one whose body comes in parts.
public struct HTTPResponse: Sendable {
    /// The status code, such as 200.
    public let status: Int
    /// The header fields.
    public let headers: HTTPFields
    /// The body, at most as long as the request's limit; empty in the head of a ``HTTPStream``.
    public let body: [UInt8]
    /// What answered: the last of the redirects that were followed.
    public let url: URLParts

    /// An answer of `url`.
    public init(status: Int, headers: HTTPFields = [], body: [UInt8] = [], url: URLParts) {
        self.status = status
        self.headers = headers
        self.body = body
        self.url = url
    }

    /// All values of the header field `name`, whose case does not matter.
    public func values(for name: String) -> [String] { headers.values(for: name) }

    /// The first value of the header field `name`, whose case does not matter.
    public func first(_ name: String) -> String? { headers.first(name) }
}

/// An answer whose body is read part by part.
///
/// The body is fetched no faster than it is read. When the last copy of the stream goes before its end, so does the
/// transfer.
public struct HTTPStream: Sendable {
    /// Where the parts of a body come from: `nil` is its end.
    public typealias Source = @Sendable () async throws(HTTPError) -> [UInt8]?

    /// Status, header fields and URL.
    public let head: HTTPResponse
    private let source: Source

    /// An answer with the head `head` and the body that `source` has.
    public init(head: HTTPResponse, source: @escaping Source) {
        self.head = head
        self.source = source
    }

    /// The next part of the body, or `nil` at its end.
    ///
    /// - Throws: `HTTPError` where the body is not whole.
    public func next() async throws(HTTPError) -> [UInt8]? {
        try await source()
    }

    /// The answer with all of its body, of which no more than `limit` bytes are taken.
    ///
    /// - Throws: `HTTPError`, of the kind `tooLarge` where it is longer.
    public func collect(limit: Int, of request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var body: [UInt8] = []
        while let part = try await next() {
            guard body.count + part.count <= limit else {
                throw HTTPError(.tooLarge, of: request, reason: "the answer is longer than \(limit) bytes")
            }
            body += part
        }
        return HTTPResponse(status: head.status, headers: head.headers, body: body, url: head.url)
    }
}
