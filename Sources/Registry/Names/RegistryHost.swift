internal import HTTP

/// The `host[:port]` that names a registry.
///
/// The grammar is that of image references (distribution's `reference` package): letters, digits and inner hyphens
/// between dots, or an IPv6 address in brackets. Names are compared whole: `localhost.example.com` is not this machine.
public struct RegistryHost: Hashable, Sendable {
    /// The host in lower case, an IPv6 address in its brackets; `docker.io` for every name that Docker Hub has.
    public let name: String
    /// The port, where one is given.
    public let port: Int?

    /// Docker Hub.
    public static let dockerHub = RegistryHost(name: "docker.io", port: nil)

    /// Docker Hub's registry goes by another name than its images.
    private static let dockerHubAPI = "registry-1.docker.io"

    /// Names under which docker has known Docker Hub.
    private static let dockerHubNames: Set<String> = ["docker.io", "index.docker.io", dockerHubAPI]

    /// Reads `host` or `host:port`.
    ///
    /// - Throws: `RegistryError` of the kind `badName`.
    public init(_ text: String) throws(RegistryError) {
        let error = RegistryError(.badName, "\(Excerpt.quoted(text)) is not a registry's host[:port]")
        let colon = text.lastIndex(of: ":").flatMap { text[$0...].contains("]") ? nil : $0 }
        let name = text[..<(colon ?? text.endIndex)].lowercased()
        // Some letters beyond ASCII become one of ASCII's in lower case: the Kelvin sign a k.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), Self.isHost(name) else { throw error }

        var port: Int?
        if let colon {
            let digits = text[text.index(after: colon)...]
            guard digits.utf8.allSatisfy(\.isDigit),
                let number = Int(digits), (1...65535).contains(number)
            else { throw error }
            port = number
        }
        let isDockerHub = port == nil && Self.dockerHubNames.contains(name)
        self.init(name: isDockerHub ? Self.dockerHub.name : name, port: port)
        guard let url = url(scheme: "https"), url.host == apiHost else { throw error }
    }

    /// Reads what people give as a registry's address: `host[:port]`, also with a scheme before or a path behind.
    ///
    /// As for docker, the scheme says nothing about how the registry is spoken to.
    ///
    /// - Throws: `RegistryError` of the kind `badName`.
    public init(serverAddress text: String) throws(RegistryError) {
        var rest = text[...]
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        try self.init(String(rest.prefix { $0 != "/" }))
    }

    private init(name: String, port: Int?) {
        self.name = name
        self.port = port
    }

    /// The host that serves the registry's API.
    public var apiHost: String { self == .dockerHub ? Self.dockerHubAPI : name }

    /// The host that serves the registry's API, with its port where that is not https's own.
    public var authority: String { port.flatMap { $0 == 443 ? nil : "\(apiHost):\($0)" } ?? apiHost }

    /// Whether it is this machine by its name or address alone; it may then be spoken to over plain HTTP.
    public var isLoopback: Bool { NetworkReach.isLoopback(name) }

    /// Whether the name says that it is not out in the internet.
    ///
    /// Any other name may be, whatever it resolves to.
    public var isPrivate: Bool { NetworkReach.isPrivate(name) }

    /// The API's root, `scheme://host[:port]/v2/`.
    func url(scheme: String) -> URLParts? {
        URLParts("\(scheme)://\(apiHost)\(port.map { ":\($0)" } ?? "")/v2/")
    }

    private static func isHost(_ name: String) -> Bool {
        if name.hasPrefix("[") { return name.hasSuffix("]") && IPAddress(name) != nil }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return name.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { $0.isLowercaseLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
            }
    }
}

extension RegistryHost: CustomStringConvertible {
    /// `host[:port]` as image references have it.
    public var description: String { port.map { "\(name):\($0)" } ?? name }
}

/// What a host's name alone says about where it is.
enum NetworkReach {
    /// Whether `host` is this machine, or an address that the internet does not route.
    ///
    /// Written-out addresses and `localhost` only: a name can be given any address at any time, so looking it up would
    /// prove nothing about the connection made later.
    static func isPrivate(_ host: String) -> Bool {
        let host = host.hasSuffix(".") ? String(host.dropLast()) : host
        if let address = IPAddress(host) { return !address.isPublic }
        return host == "localhost" || host.hasSuffix(".localhost")
    }

    /// Whether `host` is this machine: `localhost` or a loopback address.
    static func isLoopback(_ host: String) -> Bool { host == "localhost" || IPAddress(host)?.isLoopback == true }
}
