extension LocalJob {
    /// Where a checkout came from.
    public struct Remote: Equatable, Sendable {
        /// The address to clone from by HTTPS, without credentials, such as `https://gitlab.example.com/group/app.git`.
        public var cloneURL: String { page.contains("/_git/") ? page : "\(page).git" }
        /// The page, such as `https://gitlab.example.com/group/app`.
        public var page: String { "\(server)/\(path)" }
        /// The server, such as `https://gitlab.example.com`.
        public var server: String { "\(scheme)://\(host)" }
        /// `https`, or `http` where the checkout came by it.
        public let scheme: String
        /// The host, with its port where it has one.
        public let host: String
        /// The path without `.git`, such as `group/subgroup/app`.
        public let path: String

        /// The last part of the path, such as `app`.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
        /// All of the path but the last part, such as `group/subgroup`; absent where there is one part only.
        var owner: String? { path.split(separator: "/").dropLast().joined(separator: "/").nonEmpty }
        /// The first part of the path, such as `group`.
        var rootOwner: String? { owner?.split(separator: "/").first.map(String.init) }
        /// The host without a port.
        var hostName: String { String(host.prefix { $0 != ":" }) }
        /// The port.
        var port: String {
            host.split(separator: ":").dropFirst().last.map(String.init) ?? (scheme == "http" ? "80" : "443")
        }

        /// The remote that git clones from `address`, or `nil` where that has no page: a path, say.
        ///
        /// Users, passwords and tokens in the address are dropped.
        public init?(address: String) {
            guard let page = GitRemote.page(of: address), let mark = page.firstRange(of: "://") else { return nil }
            scheme = String(page[..<mark.lowerBound])
            let rest = page[mark.upperBound...]
            guard let slash = rest.firstIndex(of: "/") else { return nil }
            (host, path) = Self.webAddress(rest[..<slash].lowercased(), String(rest[rest.index(after: slash)...]))
        }

        /// Where pages are of what SSH has on a host of its own.
        private static func webAddress(_ host: String, _ path: String) -> (host: String, path: String) {
            let parts = path.split(separator: "/")
            switch host {
            case "ssh.github.com": return ("github.com", path)
            case "altssh.gitlab.com": return ("gitlab.com", path)
            case "altssh.bitbucket.org": return ("bitbucket.org", path)
            // Azure Repos: v3/organization/project/repository.
            case "ssh.dev.azure.com" where parts.count == 4 && parts[0] == "v3":
                return ("dev.azure.com", "\(parts[1])/\(parts[2])/_git/\(parts[3])")
            case "vs-ssh.visualstudio.com" where parts.count == 4 && parts[0] == "v3":
                return ("\(parts[1]).visualstudio.com", "\(parts[2])/_git/\(parts[3])")
            default: return (host, path)
            }
        }
    }
}
