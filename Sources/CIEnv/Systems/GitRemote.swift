/// The address that a repository is cloned from.
enum GitRemote {
    /// The page of the repository at `address`, or `nil` where there is none.
    ///
    /// Addresses often carry a user or a token, `https://user:token@host/path.git`; a page never does.
    static func page(of address: String) -> String? {
        // The port of other protocols is not that of pages.
        for (scheme, pages, keepsPort) in [
            ("https", "https", true), ("http", "http", true), ("ssh", "https", false), ("git", "https", false),
        ] where address.lowercased().hasPrefix("\(scheme)://") {
            let rest = address.dropFirst(scheme.count + 3)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            return page(pages, rest[..<slash], rest[slash...], keepsPort: keepsPort)
        }
        // git's short form, user@host:path.
        guard let colon = address.firstIndex(of: ":") else { return nil }
        let path = address[address.index(after: colon)...]
        return path.hasPrefix("//") ? nil : page("https", address[..<colon], path, keepsPort: false)
    }

    private static func page(_ scheme: String, _ authority: Substring, _ path: Substring, keepsPort: Bool) -> String? {
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        var path = path.prefix { $0 != "?" && $0 != "#" }.drop { $0 == "/" }
        while path.hasSuffix("/") { path.removeLast() }
        if path.hasSuffix(".git") { path.removeLast(4) }
        // An "@" behind the host, or a host that is none, is what a password with a slash in it looks like.
        guard LoginAddress.isHost(host), !path.isEmpty, !path.utf8.contains(UInt8(ascii: "@")) else { return nil }
        return "\(scheme)://\(keepsPort ? host : host.prefix { $0 != ":" })/\(path)"
    }
}
