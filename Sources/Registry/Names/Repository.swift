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
    /// What stands before the first slash is a host where no part of a name on Docker Hub can look like it: it has a
    /// dot, a colon or a capital letter in it, or is `localhost`.
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
        part == "localhost"
            || part.utf8.contains { byte in
                byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte.isLetter && !byte.isLowercaseLetter
            }
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
