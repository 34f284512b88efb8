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

    private static let dockerHubNames: Set<String> = [dockerHub, "index.docker.io", "registry-1.docker.io"]

    /// Paths that are a registry's API and no namespace.
    private static let apiPaths: Set<String> = ["v1", "v2"]

    /// Reads `host[:port]`, `host[:port]/path` or a URL; `nil` where no host is in it.
    ///
    /// A user name or password in a URL is left out: keys are shown to people.
    public init?(_ text: String) {
        // Scalars, as a slash with an accent on it is one character, and no slash.
        var rest = text.trimmed(\.properties.isWhitespace).unicodeScalars[...]
        for scheme in ["https://", "http://"] where String(rest.prefix(scheme.utf8.count)).lowercased() == scheme {
            rest = rest.dropFirst(scheme.utf8.count)
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash].split(separator: "@", omittingEmptySubsequences: false)
        let host = String(authority.last ?? Substring().unicodeScalars).lowercased()
        let path = String(String(rest[slash...]).trimmed { $0 == "/" })
        guard !host.isEmpty, "\(host)\(path)".unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
            return nil
        }
        self.init(
            host: Self.dockerHubNames.contains(host) ? Self.dockerHub : host,
            path: Self.apiPaths.contains(path) ? "" : path)
    }

    private init(host: String, path: String) {
        self.host = host
        self.path = path
    }

    /// The key of the whole host.
    public var hostKey: RegistryKey { RegistryKey(host: host, path: "") }

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

extension StringProtocol {
    /// The text without what `isMargin` holds for at both ends.
    func trimmed(_ isMargin: (Unicode.Scalar) -> Bool) -> Substring {
        let start = Substring(self).unicodeScalars.drop(while: isMargin)
        guard let last = start.lastIndex(where: { !isMargin($0) }) else { return "" }
        return Substring(start[...last])
    }
}
