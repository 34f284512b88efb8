internal import CCurl
internal import CCurlShim

/// An easy handle of libcurl with what it points to, for one transfer after the other.
///
/// Touched by the thread of its ``CurlDriver`` only, which is why it need not be, and is not, Sendable.
@safe final class Exchange {
    /// The handle.
    let raw: UnsafeMutableRawPointer
    /// The handle's address, by which it is found among others.
    var id: Int { unsafe Int(bitPattern: raw) }
    private(set) var transfer: Transfer?
    private let collector = ResponseCollector()
    /// libcurl reads the list until the transfer is over and never frees it.
    private var headers = HeaderList()
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var isBegun = false

    init?() {
        guard let raw = unsafe curl_easy_init() else { return nil }
        unsafe self.raw = raw
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    }

    deinit {
        unsafe curl_easy_cleanup(raw)
        unsafe errorText.deallocate()
    }

    /// Sets everything up for `transfer`.
    func begin(_ transfer: Transfer, _ options: CurlClient.Options) throws(HTTPError) {
        // Everything but the connections, the DNS cache and the TLS sessions is forgotten.
        unsafe curl_easy_reset(raw)
        self.transfer = transfer
        let request = transfer.request
        isBegun = false
        collector.begin(bodyLimit: request.bodyLimit)
        headers = HeaderList()
        for header in request.headers { try headers.append(header, of: request) }
        if request.body.isNone, [.post, .put, .patch].contains(request.method) {
            // A server may refuse what could have a body and does not say that it has none (RFC 9110 §8.6).
            try headers.append(HTTPHeader("Content-Length", "0"), of: request)
        }
        if request.body.isSentOnce {
            // To wait for a "100 Continue" that few send costs a second where it does not come.
            try headers.append(HTTPHeader(removed: "Expect"), of: request)
        }
        unsafe errorText.initialize(repeating: 0)

        var setup = unsafe Setup(raw: raw)
        unsafe setup.set(CURLOPT_ERRORBUFFER, pointer: errorText.baseAddress)
        setup.configure(request, delivery: transfer.delivery, options)
        setup.set(headers)
        setup.setCallbacks(of: self)
        guard setup.result == CURLE_OK else {
            throw CurlFailure(code: setup.result, detail: "").error(of: request, trust: options.trust)
        }
    }

    /// The end of the transfer, as libcurl tells it by `code`.
    func result(_ code: CURLcode, _ options: CurlClient.Options) -> Result<HTTPResponse, HTTPError> {
        guard let transfer else { preconditionFailure("an exchange without a transfer has no end") }
        if let problem = collector.problem {
            return .failure(HTTPError(problem.kind, of: transfer.request, reason: problem.reason))
        }
        guard code == CURLE_OK else {
            let detail = unsafe String(
                decoding: errorText.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            return .failure(CurlFailure(code: code, detail: detail).error(of: transfer.request, trust: options.trust))
        }
        guard collector.isHeadWhole else {
            return .failure(
                HTTPError(
                    .interrupted, of: transfer.request, reason: "the connection broke before the answer was complete"))
        }
        return .success(response)
    }

    /// Lets go of the transfer.
    func end() {
        // libcurl keeps pointers to what is this exchange's, and must have no use for them any more.
        unsafe curl_easy_reset(raw)
        transfer = nil
        headers = HeaderList()
    }

    private var response: HTTPResponse {
        guard let transfer else { preconditionFailure("an exchange without a transfer has no answer") }
        return HTTPResponse(
            status: collector.status, headers: collector.headers, body: collector.body, url: transfer.request.url)
    }

    /// Has a transfer go on that waits for somebody to read or write.
    func goOn() -> CURLcode {
        unsafe curl_easy_pause(raw, Int32(CURLPAUSE_CONT))
    }

    /// The same for one that may have waited for longer than nothing may come.
    ///
    /// libcurl counts that time from the last moment that was slow, and a pause neither stops nor ends its count: only a
    /// look at the speed with no limit to it does, which is the next thing that ``watchSpeed()`` leaves time for.
    func goOnAfterPause() -> CURLcode {
        var setup = unsafe Setup(raw: raw)
        setup.set(CURLOPT_LOW_SPEED_LIMIT, 0)
        return goOn()
    }

    /// Has libcurl end the transfer again where nothing comes for too long.
    func watchSpeed() {
        var setup = unsafe Setup(raw: raw)
        setup.set(CURLOPT_LOW_SPEED_LIMIT, 1)
    }

    // MARK: libcurl's callbacks

    /// Whether the request may be sent now.
    ///
    /// Where a kept connection ends without an answer, libcurl sends the request once more on a new one, whatever it
    /// asks for.
    func mayBegin() -> Bool {
        defer { isBegun = true }
        return !isBegun || transfer?.request.isRepeatable == true
    }

    func take(header line: UnsafeRawBufferPointer) -> Int {
        guard unsafe collector.takeHeader(line) else { return 0 }
        // Of what is refused libcurl sends no more, but still waits for it to be made.
        if collector.isHeadWhole, collector.status >= 300 { transfer?.upload?.end { _ = goOn() } }
        return line.count
    }

    func take(body part: UnsafeRawBufferPointer) -> Int {
        guard let transfer, transfer.delivery == .parts else {
            return unsafe collector.takeBody(part) ? part.count : 0
        }
        transfer.deliver(head: { response })
        return unsafe transfer.deliver(part) ? part.count : Int(CURL_WRITEFUNC_PAUSE)
    }

    func fill(_ target: UnsafeMutableRawBufferPointer) -> Int {
        switch unsafe transfer?.upload?.pull(into: target) {
        case .bytes(let count): count
        case .nothingYet: Int(CURL_READFUNC_PAUSE)
        case .end, nil: 0
        }
    }
}
