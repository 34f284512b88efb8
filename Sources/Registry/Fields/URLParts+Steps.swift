package import HTTP

extension URLParts {
    /// The address with `path`, which is encoded already and begins with a slash, behind its own path.
    ///
    /// - Throws: `RegistryError` of the kind `badName` where that makes no address, or leads to another origin.
    package func appendingPath(_ path: String) throws(RegistryError) -> URLParts {
        var prefix = text[...]
        while prefix.hasSuffix("/") { prefix = prefix.dropLast() }
        guard !prefix.contains("?"), let url = URLParts(prefix + path), url.origin == origin else {
            throw RegistryError(.badName, "\(self) is no address to put \(Excerpt.quoted(path)) behind")
        }
        return url
    }

    /// What `reference` means on this page of a server that answers at `root`; `nil` where it means no web address.
    ///
    /// Many a server does not know that TLS ends in front of it, and speaks of itself without.
    func resolving(_ reference: String, at root: URLParts) -> URLParts? {
        guard let target = resolving(reference) else { return nil }
        guard root.isSecure, !target.isSecure, target.host == root.host else { return target }
        return URLParts("\(root.origin)\(target.pathAndQuery)")
    }
}
