internal import CCurl

/// An http or https URL, taken apart by the parser that will also make the connection.
///
/// With one parser there is no text that a check reads as one host and curl as another. Refused besides what curl
/// refuses: user names and passwords in the URL; hosts that are not plain ASCII (curl would map `①` to `1`); and hosts
/// that end in a number without being an address as ``IPAddress`` reads it, which a resolver might still take for one.
public struct URLParts: Hashable, Sendable {
    /// The whole URL, normalised, without its fragment.
    public let text: String
    /// `http` or `https`.
    public let scheme: String
    /// The host in lower case, an IPv6 address in its brackets.
    public let host: String
    /// The port, by default that of the scheme.
    public let port: Int
    /// Scheme, host and port: what credentials are meant for.
    public let origin: String

    /// Reads an absolute URL; `nil` where it is none that may be asked.
    public init?(_ text: String) {
        self.init(parsing: [text])
    }

    /// The URL that the reference `reference` (RFC 3986 §5) means on the page `self`.
    public func resolving(_ reference: String) -> URLParts? {
        URLParts(parsing: [text, reference])
    }

    /// This URL with `parameters` added to its query, percent-encoded.
    public func appending(query parameters: [(name: String, value: String)]) -> URLParts? {
        guard !parameters.isEmpty else { return self }
        let separator = text.contains("?") ? (text.hasSuffix("?") || text.hasSuffix("&") ? "" : "&") : "?"
        return URLParts(text + separator + PercentEncoding.form(parameters))
    }

    /// The URL whose path is this one's with `path` behind it, where that is made of what needs no encoding: letters,
    /// digits, `-`, `.`, `_`, `~`, `:` and `/`, and has no component of dots alone; else `nil`.
    ///
    /// Thousands are made of one URL, and what holds of that one holds of them without another look.
    public func appending(path: String) -> URLParts? {
        guard !text.contains("?"), !path.hasPrefix("."), !path.utf8.isEmpty else { return nil }
        var previous: UInt8 = 0
        for byte in path.utf8 {
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            guard isLetter || byte.isDigit || "-._~:/".utf8.contains(byte) else { return nil }
            if byte == UInt8(ascii: "."), previous == UInt8(ascii: "/") { return nil }
            previous = byte
        }
        return URLParts(whole: text + path, of: self)
    }

    private init(whole text: String, of other: URLParts) {
        self.text = text
        scheme = other.scheme
        host = other.host
        port = other.port
        origin = other.origin
    }

    /// Whether it is asked over TLS.
    public var isSecure: Bool { scheme == "https" }

    /// Host and port, without the port where that is the scheme's: the registry's name as docker has it.
    public var authority: String { port == (isSecure ? 443 : 80) ? host : "\(host):\(port)" }

    /// What stands behind the origin: `/v2/?n=1`.
    public var pathAndQuery: String {
        // Behind the scheme's two slashes the next one begins the path.
        let rest = text.dropFirst(scheme.utf8.count + 3)
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }

    /// Whether the host is this machine by its name or address alone.
    public var isLoopback: Bool { host == "localhost" || address?.isLoopback == true }

    /// Whether the host is an IPv4 address that no router passes on (169.254.0.0/16, RFC 3927): where clouds have the
    /// services that tell a machine about itself.
    public var isLinkLocal: Bool {
        guard let bytes = address?.bytes else { return false }
        return bytes.count == 4 && bytes.starts(with: [169, 254])
    }

    /// The host if it is written as an address.
    public var address: IPAddress? { IPAddress(host) }

    private init?(parsing texts: [String]) {
        guard !texts.contains(where: { $0.utf8.contains(0) }), let handle = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(handle) }

        func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            let code = unsafe curl_url_get(handle, part, &text, flags)
            guard code == CURLUE_OK, let text = unsafe text else { return nil }
            defer { unsafe curl_free(text) }
            return unsafe String(cString: text)
        }

        for text in texts {
            guard unsafe curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK else { return nil }
        }
        guard unsafe curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0) == CURLUE_OK,
            part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil, part(CURLUPART_ZONEID) == nil,
            let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https",
            let host = part(CURLUPART_HOST)?.lowercased(), Self.isPlain(host),
            let port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)).flatMap(Int.init), (1...65535).contains(port),
            let whole = part(CURLUPART_URL)
        else { return nil }
        text = whole
        self.scheme = scheme
        self.host = host
        self.port = port
        origin = "\(scheme)://\(host):\(port)"
    }

    private static func isPlain(_ host: String) -> Bool {
        if host.hasPrefix("[") { return IPAddress(host) != nil }
        let isName = host.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0.isDigit || "-._".utf8.contains($0)
        }
        guard isName, let last = host.split(separator: ".").last else { return false }
        let looksNumeric = last.utf8.allSatisfy(\.isDigit) || last.hasPrefix("0x")
        return !looksNumeric || IPAddress(host) != nil
    }
}

extension URLParts: CustomStringConvertible, CustomDebugStringConvertible {
    /// The URL as errors show it, at most some 200 characters of printable ASCII: it may come from a server, and what a
    /// query may carry is not for everybody's eyes.
    public var description: String {
        let whole = text.utf8.prefix { $0 != UInt8(ascii: "?") }
        let shown = whole.prefix(200).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "*") }
        let rest = shown.count < whole.count ? "…" : whole.count < text.utf8.count ? "?…" : ""
        return String(decoding: shown, as: UTF8.self) + rest
    }

    /// The same as ``description``.
    public var debugDescription: String { description }
}
