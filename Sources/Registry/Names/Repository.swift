/// A repository: a registry's host and the name there.
public struct Repository: Hashable, Sendable {
    /// The registry.
    public let host: RegistryHost
    /// The name within the registry.
    public let name: RepositoryName

    /// A repository of `host`.
    public init(host: RegistryHost, name: RepositoryName) {
        self.host = host
        self.name = name
    }

    /// Reads a repository as people write it, by docker's rules: `ubuntu` is `docker.io/library/ubuntu`.
    ///
    /// What stands before the first slash is a host where it has a dot or a colon in it, or is `localhost`. For docker, a
    /// capital letter makes a host of it too; here it is refused, since in lower case, as hosts are shown, it would be
    /// the first part of a name on Docker Hub.
    ///
    /// - Throws: `RegistryError` of the kind `badName`.
    public init(_ text: String) throws(RegistryError) {
        let reference = try ImageReference(text)
        guard reference.tag == nil, reference.digest == nil else {
            throw RegistryError(
                .badName, "\(Excerpt.quoted(text)) names one image, where a repository is asked for",
                hint: "leave out what stands behind \"\(reference.repository)\"")
        }
        self = reference.repository
    }

    /// Reads `[host/]name` without anything behind it.
    init(parsing text: Substring) throws(RegistryError) {
        var host = RegistryHost.dockerHub
        var name = text
        if let slash = text.firstIndex(of: "/"), Self.isHost(text[..<slash]) {
            host = try RegistryHost(String(text[..<slash]))
            name = text[text.index(after: slash)...]
        }
        let plain = try RepositoryName(String(name))
        let isOfficial = host == .dockerHub && !plain.text.contains("/")
        self.init(host: host, name: isOfficial ? try RepositoryName("library/\(plain)") : plain)
        guard description.utf8.count <= RepositoryName.limit else {
            throw RegistryError(
                .badName, "\(Excerpt.quoted(description)) is longer than the \(RepositoryName.limit) bytes of a name")
        }
    }

    private static func isHost(_ part: Substring) -> Bool {
        part == "localhost" || part.contains(".") || part.contains(":")
    }
}

extension Repository: CustomStringConvertible {
    /// `host/name`.
    public var description: String { "\(host)/\(name)" }
}

extension Repository {
    /// `r.example/app:tag`, or `r.example/app@sha256:…`.
    public func name(_ reference: Reference) -> String {
        switch reference {
        case .tag(let tag): "\(self):\(tag)"
        case .digest(let digest): "\(self)@\(digest)"
        }
    }
}
