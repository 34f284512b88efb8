internal import HTTP

/// Which GitHub a registry belongs to: the public one, one with data residency (`SUB.ghe.com`), or an Enterprise Server.
struct GitHubSite: Equatable, Sendable {
    /// Its web server, `host[:port]`.
    let server: String

    private static let publicServer = "github.com"

    /// The GitHub whose registry `host` is; `nil` where none is known that has it.
    ///
    /// That of an Enterprise Server is known by what its own jobs are told.
    init?(registry host: String, _ variable: (String) -> String?) {
        if host == "ghcr.io" || host == "docker.pkg.github.com" {
            server = Self.publicServer
            return
        }
        for prefix in ["containers.", "docker."] where host.hasPrefix(prefix) {
            let rest = String(host.dropFirst(prefix.utf8.count))
            guard rest != Self.publicServer, Self.isResidence(rest) || rest == Self.job(variable).server else {
                continue
            }
            server = rest
            return
        }
        return nil
    }

    private init(server: String) {
        self.server = server
    }

    /// The GitHub whose job this is; the public one outside of jobs.
    ///
    /// Other systems that call themselves compatible have their own addresses in these variables, and so are no GitHub
    /// whose registry could be known.
    static func job(_ variable: (String) -> String?) -> GitHubSite {
        if let server = variable("GITHUB_SERVER_URL").flatMap({ URLParts($0)?.authority }) {
            return GitHubSite(server: server)
        }
        guard let api = variable("GITHUB_API_URL").flatMap({ URLParts($0)?.authority }) else {
            return GitHubSite(server: publicServer)
        }
        let rest = api.hasPrefix("api.") ? String(api.dropFirst("api.".utf8.count)) : api
        return GitHubSite(server: rest == publicServer || isResidence(rest) ? rest : api)
    }

    /// Where the REST API is.
    var api: String {
        server == Self.publicServer || Self.isResidence(server) ? "https://api.\(server)" : "https://\(server)/api/v3"
    }

    /// Whether `server` is one name below ghe.com.
    private static func isResidence(_ server: String) -> Bool {
        let labels = server.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count == 3 && !labels[0].isEmpty && labels[1] == "ghe" && labels[2] == "com"
    }
}
