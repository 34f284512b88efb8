internal import HTTP
internal import Testing

/// A client that nobody else has used, with these connections and authorities.
func makeClient(_ configure: (inout CurlClient.Options) -> Void = { _ in }) -> CurlClient {
    var options = CurlClient.Options(userAgent: "berth/test", trust: .builtIn)
    configure(&options)
    return CurlClient(options)
}

extension LoopbackServer {
    /// A URL of it.
    func url(_ path: String = "/") throws -> URLParts {
        try #require(URLParts("http://127.0.0.1:\(port)\(path)"))
    }
}

/// An answer with this status and body, and its length.
func answer(_ status: Int, _ body: String = "", headers: [String] = []) -> String {
    let lines = ["HTTP/1.1 \(status) Told", "Content-Length: \(body.utf8.count)"] + headers
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}

extension HTTPStream {
    /// How many bytes its body has, part by part, up to its end or to `limit`.
    func count(upTo limit: Int = .max) async throws(HTTPError) -> Int {
        var count = 0
        while count < limit, let part = try await next() { count += part.count }
        return count
    }
}

/// The error that `work` ends with.
func failure<Value>(_ work: () async throws(HTTPError) -> Value) async -> HTTPError? {
    do throws(HTTPError) {
        _ = try await work()
        return nil
    } catch {
        return error
    }
}
