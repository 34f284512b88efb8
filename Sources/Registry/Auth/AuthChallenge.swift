/// One way to log in that a server offers in a `WWW-Authenticate` header (RFC 9110 §11.6.1).
public struct AuthChallenge: Equatable, Sendable {
    /// The scheme in lower case, such as `basic` or `bearer`.
    public let scheme: String
    /// The parameters, their names in lower case.
    ///
    /// Of a name that comes twice, the first value counts.
    public let parameters: [String: String]
    /// The opaque text that some schemes have in place of parameters.
    public let token68: String?

    /// A challenge of `scheme`.
    public init(scheme: String, parameters: [String: String] = [:], token68: String? = nil) {
        self.scheme = scheme
        self.parameters = parameters
        self.token68 = token68
    }

    /// The challenges of all `WWW-Authenticate` headers of an answer, in their order.
    ///
    /// What stands after the first fault of a header is dropped, as its meaning is anybody's guess; a challenge that is
    /// itself cut by the fault is dropped whole.
    public static func parse(_ fields: [String]) -> [AuthChallenge] {
        fields.flatMap { field -> [AuthChallenge] in
            var reader = FieldReader(field)
            var challenges: [AuthChallenge] = []
            while let challenge = reader.challenge() { challenges.append(challenge) }
            return challenges
        }
    }
}

/// Reads one header.
///
///     #( scheme [ 1*SP ( token68 / #( token BWS "=" BWS ( token / quoted-string ) ) ) ] )
///
/// Both lists are separated by commas and may have empty elements, so after a comma only the `=` behind a word tells a
/// further parameter from the next scheme.
extension FieldReader {
    fileprivate mutating func challenge() -> AuthChallenge? {
        skipCommas()
        guard let scheme = token() else { return nil }
        let hasSpace = skipSpace()
        // A scheme may stand alone, and its parameters may even start with an empty element.
        var needsParameter = !isAtElementEnd
        if needsParameter {
            guard hasSpace else { return fault() }
            if let token68 = token68() { return AuthChallenge(scheme: scheme.lowercased(), token68: token68) }
        }
        skipCommas()

        var parameters: [String: String] = [:]
        while true {
            let start = position
            guard let name = parameterName() else {
                // The next scheme or the end.
                position = start
                guard !needsParameter else { return fault() }
                return AuthChallenge(scheme: scheme.lowercased(), parameters: parameters)
            }
            guard let value = quotedString() ?? token() else { return fault() }
            if parameters[name] == nil { parameters[name] = value }
            needsParameter = false
            skipSpace()
            guard isAtElementEnd else { return fault() }
            skipCommas()
        }
    }

    /// Gives the rest of the header up.
    private mutating func fault() -> AuthChallenge? {
        abandon()
        return nil
    }

    /// A parameter's name, with the `=` behind it.
    private mutating func parameterName() -> String? {
        guard let name = token() else { return nil }
        skipSpace()
        guard skip(UInt8(ascii: "=")) else { return nil }
        skipSpace()
        return name.lowercased()
    }

    /// A token68, which must reach to the element's end: otherwise it is the name of a parameter.
    private mutating func token68() -> String? {
        let start = position
        if var text = take(while: { $0.isLetter || $0.isDigit || "-._~+/".utf8.contains($0) }) {
            while skip(UInt8(ascii: "=")) { text += "=" }
            skipSpace()
            if isAtElementEnd { return text }
        }
        position = start
        return nil
    }
}
