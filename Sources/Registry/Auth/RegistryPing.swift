internal import HTTP

/// Asks for the root of a registry's API without credentials: how it is spoken to, and how to log in.
struct RegistryPing: Sendable {
    /// What the registry said.
    struct Answer: Sendable {
        /// The API's root.
        let root: URLParts
        /// The ways to log in; none where everybody is let in.
        let challenges: [AuthChallenge]
        /// Whether it lets everybody in.
        let isOpen: Bool
        /// All that it said in its header.
        let headers: HTTPFields
    }

    let client: any HTTPClient
    let host: RegistryHost
    let allowsPlainHTTP: Bool

    /// Asks, over TLS first.
    func ask() async throws(RegistryError) -> Answer {
        let response = try await response()
        switch response.status {
        case 200: return Answer(root: response.url, challenges: [], isOpen: true, headers: response.headers)
        case 401:
            let challenges = AuthChallenge.parse(response.values(for: "WWW-Authenticate"))
            return Answer(root: response.url, challenges: challenges, isOpen: false, headers: response.headers)
        default: throw RegistryError(unexpected: response, to: HTTPRequest(.get, response.url))
        }
    }

    private func response() async throws(RegistryError) -> HTTPResponse {
        let mayDoWithoutTLS = host.isLoopback || allowsPlainHTTP
        do {
            // What does not speak TLS may also just be silent; there must be time left to try without.
            return try await get(scheme: "https", timeout: .seconds(mayDoWithoutTLS ? 5 : 15))
        } catch {
            // A bad certificate is never a reason to do without one.
            let speaksNoTLS = [.tls, .unreachable, .timeout].contains(error.kind)
            guard mayDoWithoutTLS, speaksNoTLS else { throw RegistryError(error) }
        }
        do {
            return try await get(scheme: "http", timeout: .seconds(15))
        } catch {
            throw RegistryError(error)
        }
    }

    private func get(scheme: String, timeout: Duration) async throws(HTTPError) -> HTTPResponse {
        // A host that could be read has a URL.
        guard let url = host.url(scheme: scheme) else { preconditionFailure("\(host) has no URL") }
        let request = HTTPRequest(.get, url, timeout: timeout)
        return try await client.send(request, following: RedirectPolicy()) { Self.refusal(of: $0, at: url) }
    }

    /// Why `target` does not speak for the registry that was asked at `url`: what it offers is then not its word.
    ///
    /// Another port may be somebody else's; only the way from plain HTTP to TLS leads to one.
    private static func refusal(of target: URLParts, at url: URLParts) -> String? {
        let isUpgrade = target.isSecure && !url.isSecure
        let isSame = target.host == url.host && (target.port == url.port || isUpgrade)
        return isSame ? nil : "which is not the registry"
    }
}
