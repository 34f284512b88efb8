internal import DockerConfig
internal import HTTP
internal import JSON

/// What a token service of Google's says where it refuses.
struct GoogleRefusal: Equatable {
    /// The error's name: OAuth 2's, such as `invalid_grant`, or that of Google's APIs, such as `PERMISSION_DENIED`.
    let code: String?
    /// Its words, fit to be shown.
    let words: String?

    /// Reads `{"error": "…", "error_description": "…"}` (RFC 6749 §5.2), or `{"error": {"status", "message"}}`.
    init(_ body: [UInt8], without secrets: [Secret]) {
        let root = body.count <= 1 << 16 ? (try? JSONValue(parsing: body))?.object : nil
        let error = root?["error"]
        code = CloudWords.line(error?.string ?? error?.object?["status"]?.string, without: secrets, limit: 60)
        words = CloudWords.line(
            root?["error_description"]?.string ?? error?.object?["message"]?.string, without: secrets)
    }

    /// Code and words in one line, or `nil` where there are none.
    var text: String? {
        let parts = [code, words].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }
}

extension RegistryError {
    /// What it means that Google answers other than with a token.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - request: What it answers.
    ///   - what: What was shown, for people: "the key of …".
    ///   - secrets: What was shown, to be kept out of the text.
    ///   - hint: What to do where it is refused.
    init(
        google response: HTTPResponse, to request: HTTPRequest, showing what: String, _ secrets: [Secret], hint: String
    ) {
        let refusal = GoogleRefusal(response.body, without: secrets)
        let said = "\(request.summary): status \(response.status)" + (refusal.text.map { ", \($0)" } ?? "")
        let kind = RegistryError.Kind(tokenService: response.status)
        switch kind {
        case .denied: self.init(kind, "Google refuses \(what) (\(said))", hint: hint)
        case .tryLater: self.init(kind, said)
        default: self.init(kind, said, hint: "is there a proxy that answers in Google's place?")
        }
    }
}
