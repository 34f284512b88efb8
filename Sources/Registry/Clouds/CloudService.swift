package import DockerConfig
package import HTTP
package import JSON

/// Sends requests to a cloud's token services: patiently, and never on to where an answer points.
package struct CloudService: Sendable {
    private let client: RetryingClient
    package let pacing: Pacing

    /// How long a request may take, with its repetitions.
    private static let patience: Duration = .seconds(60)

    /// A service that is asked by what `context` has.
    package init(_ context: CloudContext) {
        pacing = context.pacing
        client = RetryingClient(
            client: context.client, policy: RetryPolicy(), pacing: context.pacing, patience: .each(Self.patience),
            limiters: HostLimiters(most: 4))
    }

    /// Sends `request`; a redirect is an answer like any other, as no token service has one.
    ///
    /// - Throws: `RegistryError` where there is no answer.
    package func send(_ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse {
        do {
            return try await client.send(request)
        } catch {
            let reason = RegistryError(error)
            let isFar = [.unreachable, .protocolViolation].contains(reason.kind)
            let hint = "check the network, the proxy (HTTPS_PROXY) and the trusted authorities (SSL_CERT_FILE)"
            throw RegistryError(reason.kind, reason.text, hint: isFar ? hint : reason.hint)
        }
    }

    /// What answers `request`, which is sent to find out whether anybody is there; `nil` where nobody is.
    ///
    /// A metadata service is one step away, or not there: it is given two seconds. To make a token may take it longer,
    /// so that this is to be found out first.
    ///
    /// - Throws: `RegistryError` where nobody waits for it any more.
    func probe(_ request: HTTPRequest) async throws(RegistryError) -> HTTPResponse? {
        var request = request
        request.timeout = .seconds(2)
        do {
            return try await client.send(request)
        } catch {
            if error.kind == .cancelled { throw RegistryError(error) }
            return nil
        }
    }

    /// A form, all of which is kept secret.
    package static func form(_ url: URLParts, _ parameters: [(name: String, value: String)]) -> HTTPRequest {
        post(url, "application/x-www-form-urlencoded", PercentEncoding.form(parameters))
    }

    /// A JSON document, all of which is kept secret.
    package static func json(_ url: URLParts, _ value: JSONValue, headers: [HTTPHeader] = []) -> HTTPRequest {
        post(url, "application/json", String(value.text(indented: false).dropLast()), headers)
    }

    private static func post(
        _ url: URLParts, _ type: String, _ body: String, _ headers: [HTTPHeader] = []
    ) -> HTTPRequest {
        var request = HTTPRequest(
            .post, url, headers: [HTTPHeader("Content-Type", type)] + headers, body: .secret(Secret(body)))
        // A token that is asked for twice does no harm.
        request.isRepeatable = true
        return request
    }
}

/// What a service says, as an error may show it.
package enum CloudWords {
    /// `text` in one line without what may be a token; `nil` where nothing is left.
    ///
    /// Services name in their errors what does not match: subjects and audiences, which people need, but also, with
    /// some, the very token. Dropped are the words that hold one of `secrets`, or what every JSON Web Token begins with.
    package static func line(_ text: String?, without secrets: [Secret] = [], limit: Int = 300) -> String? {
        guard let text else { return nil }
        let needles = secrets.map { $0.withValue { Array($0.utf8) } }.filter { !$0.isEmpty } + [Array("eyJ".utf8)]
        let words = text.utf8.prefix(4096).split { $0 <= 0x20 }.map { word in
            let word = Array(word)
            let isSecret = needles.contains { needle in Self.contains(word, needle) }
            return isSecret ? "***" : String(decoding: word, as: UTF8.self)
        }
        let line = Excerpt.line(words.joined(separator: " "), limit: limit)
        return line.isEmpty ? nil : line
    }

    private static func contains(_ word: [UInt8], _ needle: [UInt8]) -> Bool {
        guard word.count >= needle.count else { return false }
        return (0...(word.count - needle.count)).contains { word[$0...].starts(with: needle) }
    }
}

extension RegistryError.Kind {
    /// What the status of a token service's refusal means.
    package init(tokenService status: Int) {
        switch status {
        case 408, 429, 500...599: self = .tryLater
        case 400...499: self = .denied
        default: self = .protocolViolation
        }
    }
}
