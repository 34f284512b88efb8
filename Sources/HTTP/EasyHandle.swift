internal import CCurl
internal import CCurlShim
internal import Glibc

/// The owner of a curl easy handle, and of the connections that it keeps.
///
/// Not to be used by two threads at once (libcurl-thread(3)): ``CurlClient`` holds it behind a lock.
@safe struct EasyHandle: ~Copyable {
    private var raw: UnsafeMutableRawPointer?

    /// curl_global_init(3), once a process.
    ///
    /// Never undone, as the process's end does that.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// A handle that is made when it is first used.
    init() {
        unsafe raw = nil
    }

    deinit {
        // Does nothing with NULL.
        unsafe curl_easy_cleanup(raw)
    }

    /// Makes one exchange, without following redirects.
    mutating func perform(_ request: HTTPRequest, _ options: CurlClient.Options) throws(HTTPError) -> HTTPResponse {
        if unsafe raw == nil, Self.isLibraryReady { unsafe raw = curl_easy_init() }
        guard let raw = unsafe raw else {
            throw HTTPError(.invalidRequest, of: request, reason: "libcurl cannot be initialised")
        }
        // Everything but the connections, the DNS cache and the TLS sessions is forgotten.
        unsafe curl_easy_reset(raw)
        var headers = HeaderList()
        for header in request.headers { try headers.append(header, of: request) }
        let collector = ResponseCollector(bodyLimit: request.bodyLimit)
        var errorText = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))

        let code = unsafe errorText.withUnsafeMutableBufferPointer { errorText in
            var setup = unsafe Setup(raw: raw)
            unsafe setup.set(CURLOPT_ERRORBUFFER, pointer: errorText.baseAddress)
            setup.configure(request, options)
            setup.set(headers)
            setup.set(collector)
            return setup.result == CURLE_OK ? unsafe curl_easy_perform(raw) : setup.result
        }
        // libcurl keeps pointers to these three; it has no use for them any more.
        unsafe curl_easy_reset(raw)
        withExtendedLifetime(collector) {}

        if let problem = collector.problem { throw HTTPError(problem.kind, of: request, reason: problem.reason) }
        guard code == CURLE_OK else {
            let detail = String(decoding: errorText.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw CurlFailure(code: code, detail: detail).error(of: request, trust: options.trust)
        }
        return HTTPResponse(
            status: collector.status, headers: collector.headers, body: collector.body, url: request.url)
    }
}
