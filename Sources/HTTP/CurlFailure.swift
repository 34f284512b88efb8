internal import CCurl

/// A failed transfer in libcurl's terms.
struct CurlFailure {
    let code: CURLcode
    /// libcurl's own words.
    ///
    /// Only used where they are known to hold no more than host names and certificate facts: for
    /// proxies, for one, they may quote a password.
    let detail: String

    func error(of request: HTTPRequest, trust: TrustStore) -> HTTPError {
        let (kind, reason) = explanation(of: request, trust: trust)
        return HTTPError(kind, of: request, reason: reason)
    }

    private func explanation(of request: HTTPRequest, trust: TrustStore) -> (HTTPError.Kind, String) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: (.unresolvedHost, "the host name \(request.url.host) cannot be resolved")
        case CURLE_COULDNT_RESOLVE_PROXY: (.unresolvedHost, "the proxy's host name cannot be resolved")
        case CURLE_COULDNT_CONNECT: (.unreachable, "nothing answers at port \(request.url.port)")
        case CURLE_OPERATION_TIMEDOUT: (.timeout, "no answer in time")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            (.certificate, "the server's certificate is not trusted: \(sanitised)")
        case CURLE_SSL_CACERT_BADFILE: (.certificate, "the trusted certificate authorities (\(trust)) cannot be read")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER: (.tls, "no TLS connection: \(sanitised)")
        case CURLE_SSL_CERTPROBLEM: (.certificate, "the client's certificate cannot be used: \(sanitised)")
        // The last two: it would have been sent again (Exchange.mayBegin, or a body that can be made only once).
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM,
            CURLE_ABORTED_BY_CALLBACK, CURLE_SEND_FAIL_REWIND:
            (.interrupted, "the connection broke before the answer was complete")
        case CURLE_HTTP2, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL:
            (.protocolViolation, "the answer is not HTTP")
        // libcurl's word for a line of 100 KB.
        case CURLE_OUT_OF_MEMORY: (.tooLarge, "a line of the answer's headers is too long")
        case CURLE_PROXY: (.unreachable, "the proxy refuses to connect")
        default: (.protocolViolation, unsafe String(cString: curl_easy_strerror(code)))
        }
    }

    /// libcurl's words on one line of printable ASCII, as a part of them may come from the server's certificate.
    private var sanitised: String {
        let kept = detail.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        return kept.isEmpty ? "no details" : String(decoding: kept.prefix(200), as: UTF8.self)
    }
}

extension TrustStore: CustomStringConvertible {
    /// Where the authorities are, for people.
    public var description: String {
        switch self {
        case .file(let path), .directory(let path): path
        case .builtIn: "of libcurl"
        }
    }
}
