internal import CCurl
internal import CCurlShim
internal import DockerConfig

/// The options of one exchange.
///
/// Keeps the first failure, so that none is overlooked and none stands in the way.
@safe struct Setup {
    private let raw: UnsafeMutableRawPointer
    private(set) var result = CURLE_OK

    init(raw: UnsafeMutableRawPointer) {
        unsafe self.raw = raw
    }

    mutating func configure(
        _ request: HTTPRequest, delivery: Transfer.Delivery, _ options: CurlClient.Options
    ) {
        set(CURLOPT_URL, request.url.text)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // Without this, libcurl uses signals to time out name look-ups, which no threaded program can have.
        set(CURLOPT_NOSIGNAL, 1)
        // Else a look-up that is given up would be waited for, by all transfers, until the resolver gives up itself.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_USERAGENT, options.userAgent)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.wholeMilliseconds)
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, max(1, Int(request.idleTimeout.components.seconds)))
        // As in Go, and so in docker: no proxy is between a machine and itself, nor may one read what is said there.
        // The same holds for the metadata services of clouds, which hand out tokens to this machine.
        if request.url.isLoopback || request.url.isLinkLocal { set(CURLOPT_NOPROXY, "*") }
        if request.url.isSecure { setTLS(request.url, options) }
        set(request.method)
        set(request.body)
        switch delivery {
        case .parts: set(CURLOPT_BUFFERSIZE, 1 << 18)
        case .whole where !request.body.isSentOnce: set(CURLOPT_TIMEOUT_MS, request.timeout.wholeMilliseconds)
        case .whole: break
        }
    }

    private mutating func setTLS(_ url: URLParts, _ options: CurlClient.Options) {
        // Better to wait for the first connection's handshake than to make a second one that HTTP/2 has no use for.
        set(CURLOPT_PIPEWAIT, 1)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(options.trust)
        let host = options.hosts[url.authority]
        if !options.verifiesCertificates || host?.verifiesCertificate == false {
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        guard let host else { return }
        if !host.authorities.isEmpty { set(CURLOPT_CAINFO_BLOB, blob: host.authorities) }
        if let certificate = host.certificate {
            set(CURLOPT_SSLCERT, certificate.path)
            set(CURLOPT_SSLKEY, certificate.keyPath)
        }
    }

    private mutating func set(_ body: HTTPRequest.Body) {
        switch body {
        case .none: break
        case .bytes(let bytes): set(body: bytes)
        case .secret(let secret): secret.withValue { set(body: Array($0.utf8)) }
        case .stream(let upload):
            set(CURLOPT_UPLOAD, 1)
            keep(unsafe cc_setopt_off(raw, CURLOPT_INFILESIZE_LARGE, curl_off_t(upload.length)))
            set(CURLOPT_UPLOAD_BUFFERSIZE, 1 << 18)
        }
    }

    mutating func set(_ option: CURLoption, _ value: Int) {
        keep(unsafe cc_setopt_long(raw, option, value))
    }

    mutating func set(_ option: CURLoption, _ value: String?) {
        keep(unsafe cc_setopt_str(raw, option, value))
    }

    mutating func set(_ option: CURLoption, pointer: UnsafeRawPointer?) {
        keep(unsafe cc_setopt_ptr(raw, option, pointer))
    }

    mutating func set(_ headers: borrowing HeaderList) {
        keep(unsafe cc_setopt_slist(raw, CURLOPT_HTTPHEADER, headers.first))
    }

    /// Has `exchange` handed what comes, and asked for what is sent.
    ///
    /// Only a pointer is kept: the driver holds the exchange until the transfer is over.
    mutating func setCallbacks(of exchange: Exchange) {
        let context = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        unsafe set(CURLOPT_WRITEDATA, pointer: context)
        unsafe set(CURLOPT_HEADERDATA, pointer: context)
        unsafe set(CURLOPT_READDATA, pointer: context)
        keep(
            unsafe cc_setopt_write(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                return unsafe exchange.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        keep(
            unsafe cc_setopt_write(raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                return unsafe exchange.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        keep(
            unsafe cc_setopt_write(raw, CURLOPT_READFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                return unsafe exchange.fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
            })
        unsafe set(CURLOPT_PREREQDATA, pointer: context)
        keep(
            unsafe cc_setopt_prereq(raw, CURLOPT_PREREQFUNCTION) { context, _, _, _, _ in
                guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
                let exchange = unsafe Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
                return exchange.mayBegin() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            })
    }

    private mutating func set(_ trust: TrustStore) {
        switch trust {
        case .builtIn: break
        case .file(let path):
            set(CURLOPT_CAINFO, path)
            set(CURLOPT_CAPATH, nil as String?)
        case .directory(let path):
            set(CURLOPT_CAINFO, nil as String?)
            set(CURLOPT_CAPATH, path)
        }
    }

    private mutating func set(_ method: HTTPRequest.Method) {
        switch method {
        case .head: set(CURLOPT_NOBODY, 1)
        // For GET too, as libcurl would make a POST of one with a body.
        default: set(CURLOPT_CUSTOMREQUEST, method.rawValue)
        }
    }

    private mutating func set(body: [UInt8]) {
        // The size first: COPYPOSTFIELDS copies that many bytes.
        keep(unsafe cc_setopt_off(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        unsafe body.withUnsafeBytes { unsafe set(CURLOPT_COPYPOSTFIELDS, pointer: $0.baseAddress) }
    }

    private mutating func set(_ option: CURLoption, blob bytes: [UInt8]) {
        keep(unsafe bytes.withUnsafeBytes { unsafe cc_setopt_blob(raw, option, $0.baseAddress, $0.count) })
    }

    private mutating func keep(_ code: CURLcode) {
        if result == CURLE_OK { result = code }
    }
}

/// The owner of libcurl's list of header lines.
///
/// libcurl reads it until the exchange is over and never frees it.
@safe struct HeaderList: ~Copyable {
    fileprivate private(set) var first: UnsafeMutablePointer<curl_slist>?

    init() {
        unsafe first = nil
    }

    deinit {
        unsafe curl_slist_free_all(first)
    }

    /// Adds `header`, unless it would become more than one header on the wire.
    mutating func append(_ header: HTTPHeader, of request: HTTPRequest) throws(HTTPError) {
        let line =
            switch header.value {
            case .removed: "\(header.name):"
            case .plain(let value): Self.line(header.name, value)
            case .secret(let secret): secret.withValue { Self.line(header.name, $0) }
            }
        guard let line, let list = unsafe curl_slist_append(first, line) else {
            throw HTTPError(.invalidRequest, of: request, reason: "the header \(header.name) holds control characters")
        }
        unsafe first = list
    }

    private static func line(_ name: String, _ value: String) -> String? {
        guard (name + value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { return nil }
        // The form that libcurl wants for a header without a value.
        return value.isEmpty ? "\(name);" : "\(name): \(value)"
    }
}

extension Duration {
    /// Milliseconds, at least one: zero means "no limit" to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
