internal import DockerConfig
internal import HTTP
internal import JSON
internal import Registry

/// One request by which a token is exchanged, and what its answer means.
struct ExchangeCall {
    /// Who is asked, for people.
    let service: String
    /// What the request has in it, to be kept out of all errors.
    let token: IDToken
    /// What sends it.
    let context: CloudContext
    /// What to do where the token is refused.
    let hint: String
    /// What to do where there is no such service.
    let absence: String

    /// Sends `request`.
    ///
    /// - Returns: The answer's JSON object, and the time at which it was asked for, in seconds since 1970.
    /// - Throws: `RegistryError`: `denied` where the token is refused, `unsupported` where there is no such service.
    func answer(_ request: HTTPRequest) async throws(RegistryError) -> (object: JSONObject, start: Int) {
        let start = context.pacing.unixTime()
        let response = try await CloudService(context).send(request)
        guard [200, 201].contains(response.status) else { throw refusal(response, request) }
        guard let object = (try? JSONValue(parsing: response.body))?.object else {
            throw RegistryError(
                .protocolViolation, "\(request.summary): the answer is no JSON object",
                hint: "is there a proxy that answers in the place of \(service)?")
        }
        return (object, start)
    }

    /// What it means that the answer to `request` has no token in it.
    func noToken(_ request: HTTPRequest) -> RegistryError {
        RegistryError(.protocolViolation, "\(request.summary): the answer holds no token that can be used")
    }

    private func refusal(_ response: HTTPResponse, _ request: HTTPRequest) -> RegistryError {
        let words = RefusalWords.text(response.body, without: token.secrets)
        let said = "\(request.summary): status \(response.status)" + (words.map { ", \($0)" } ?? "")
        if [404, 405, 501].contains(response.status) {
            return RegistryError(.unsupported, "\(service) has no such exchange (\(said))", hint: absence)
        }
        let kind = RegistryError.Kind(tokenService: response.status)
        switch kind {
        case .denied:
            let refused = RegistryError(kind, "\(service) refuses the job's OIDC token (\(said))", hint: hint)
            return refused.showing(token, context)
        case .tryLater: return RegistryError(kind, said)
        default: return RegistryError(kind, said, hint: "is there a proxy that answers in the place of \(service)?")
        }
    }
}

/// The words of a service that does not do what it was asked, in whichever of the usual forms they are.
enum RefusalWords {
    private static let sizeLimit = 1 << 16

    /// The words in one line without what may be a token; `nil` where there are none.
    static func text(_ body: [UInt8], without secrets: [Secret]) -> String? {
        guard body.count <= sizeLimit, let object = (try? JSONValue(parsing: body))?.object else { return nil }
        // RFC 6749 §5.2; distribution's list; and what vendors have made up.
        let error = object["error"]
        let first = object["errors"]?.array?.first?.object
        let parts = [
            error?.string ?? first?["code"]?.string,
            object["error_description"]?.string ?? object["error_message"]?.string ?? object["message"]?.string
                ?? object["detail"]?.string ?? error?.object?["message"]?.string ?? first?["message"]?.string,
        ]
        return CloudWords.line(parts.compactMap(\.self).joined(separator: ": "), without: secrets)
    }
}

extension IDToken {
    /// The token and each of its parts: none of them may be shown.
    var secrets: [Secret] {
        text.withValue { text in
            [Secret(text)] + text.split(separator: ".").filter { $0.utf8.count >= 8 }.map { Secret(String($0)) }
        }
    }
}

extension RegistryError {
    /// The same with what `token` says of itself, where it is refused: this is what the other side must trust.
    ///
    /// - Parameters:
    ///   - token: What was shown.
    ///   - context: What has the clock.
    /// - Returns: The error.
    func showing(_ token: IDToken, _ context: CloudContext) -> RegistryError {
        guard kind == .denied else { return self }
        let time = context.pacing.unixTime()
        let source = Excerpt.line(token.source)
        var words: [String] = []
        if let claims = IDTokenClaims(token.text) {
            if let summary = claims.summary { words.append("the token (\(source)) has \(summary)") }
            if let expiry = claims.expiry, expiry <= time {
                words.append("it ended \(time - expiry) s ago by this machine's clock")
            } else if let start = claims.notBefore, start > time {
                words.append("it is good only in \(start - time) s by this machine's clock")
            }
        } else {
            words.append("what \(source) holds is no JSON Web Token")
        }
        var error = RegistryError(
            kind, text, hint: ([hint].compactMap(\.self) + words).joined(separator: "; "))
        error.permission = permission
        return error
    }
}

extension ShortLivedToken {
    /// A token that is good for `life` seconds from `start` on, but no longer than it says itself.
    ///
    /// - Parameters:
    ///   - text: The token; `nil` where it is none makes `nil`.
    ///   - start: When it was asked for, in seconds since 1970.
    ///   - told: How long it lives as the answer says.
    ///   - life: How long it lives where neither the answer nor the token itself says.
    init?(_ text: String?, start: Int, told: Int?, else life: Int) {
        guard let token = Self.token(text) else { return nil }
        if let told, told > 0 {
            self.init(token, end: start + min(told, Self.longestLife))
            return
        }
        let end = CloudToken.end(ofJSONWebToken: token).flatMap { $0 > start ? $0 : nil }
        self.init(token, end: min(end ?? start + life, start + Self.longestLife))
    }
}
