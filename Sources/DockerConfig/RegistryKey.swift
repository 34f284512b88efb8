/// What a docker config calls a registry, in `auths` and `credHelpers`: a host, or a part of one.
///
/// Clients write the same registry in many ways: with a scheme, with `/v1/`, in capitals, and Docker Hub by three names.
/// Two texts that mean the same make equal keys.
public struct RegistryKey: Hashable, Sendable {
    /// The host and its port in lower case; `docker.io` for every name that Docker Hub has.
    public let host: String
    /// The namespace or repository that the key is limited to (containers-auth.json(5)), `group/app`; mostly empty.
    public let path: String

    private static let dockerHub = "docker.io"

    /// Under this name alone all clients find Docker Hub's credential.
    private static let dockerHubConfigKey = "https://index.docker.io/v1/"

    private static let dockerHubNames = [dockerHub, "index.docker.io", "registry-1.docker.io"]

    /// Paths that are a registry's API and no namespace.
    private static let apiPaths = ["v1", "v2"]

    /// Reads `host[:port]`, `host[:port]/path` or a URL; `nil` where no host is in it.
    ///
    /// A user name or password in a URL is left out: keys are shown to people.
    public init?(_ text: String) {
        var rest = text.utf8[...].trimmed { $0 <= 0x20 }
        for scheme in ["https://", "http://"] where rest.count >= scheme.utf8.count {
            if ASCII.matches(rest.prefix(scheme.utf8.count), scheme.utf8) { rest = rest.dropFirst(scheme.utf8.count) }
        }
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        var authority = rest[..<slash]
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[at...].dropFirst() }
        let path = rest[slash...].trimmed { $0 == UInt8(ascii: "/") }
        guard !authority.isEmpty, !rest.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
        let host = String(decoding: authority.map(ASCII.lowercase), as: UTF8.self)
        let name = String(decoding: path, as: UTF8.self)
        self.init(
            host: Self.dockerHubNames.contains(host) ? Self.dockerHub : host,
            path: Self.apiPaths.contains(name) ? "" : name)
    }

    private init(host: String, path: String) {
        self.host = host
        self.path = path
    }

    /// The key of the whole host.
    public var hostKey: RegistryKey { RegistryKey(host: host, path: "") }

    /// Whether docker keeps there what it logs in to its own services with, and which no registry takes: it asks for
    /// these, besides Docker Hub's credential, where it logs out.
    var isDockersOwn: Bool { host == Self.dockerHub && Self.dockersOwnPaths.contains(path) }

    private static let dockersOwnPaths = ["v1/access-token", "v1/refresh-token"]

    /// The text under which every client finds the registry's entry in `auths`.
    public var configKey: String {
        path.isEmpty ? (host == Self.dockerHub ? Self.dockerHubConfigKey : host) : description
    }

    /// The texts by which clients look for the host's program in `credHelpers`: docker asks for Docker Hub by its URL,
    /// podman by its name.
    public var helperKeys: [String] {
        host == Self.dockerHub ? [Self.dockerHubConfigKey, Self.dockerHub] : [host]
    }

    /// Whether what is said of this key holds for `other`: the same, or a part of it.
    public func covers(_ other: RegistryKey) -> Bool {
        host == other.host && (path.isEmpty || path == other.path || other.path.utf8.starts(with: "\(path)/".utf8))
    }
}

extension RegistryKey: CustomStringConvertible {
    /// `host[:port]`, or `host[:port]/path`, as image references begin.
    public var description: String { path.isEmpty ? host : "\(host)/\(path)" }
}
