/// A URL with variables in it, such as `{BASE_URL}/jobs/{JOB_ID}`.
///
/// The variable that it begins with is a URL already. What comes behind is escaped: it is a name or an id, and must not
/// become more of the URL than that.
struct URLTemplate: ExpressibleByStringLiteral, Sendable {
    private let text: String

    init(stringLiteral text: String) {
        self.text = text
    }

    /// The first of `templates` whose variables all have values.
    static func first(of templates: [URLTemplate], in environment: Environment) -> Sourced? {
        for template in templates {
            if let url = template.filled(in: environment) { return url }
        }
        return nil
    }

    private func filled(in environment: Environment) -> Sourced? {
        var url = "", variables: [String] = []
        for (index, part) in text.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            let pieces = part.split(separator: "}", maxSplits: 1, omittingEmptySubsequences: false)
            guard index > 0, pieces.count == 2 else {
                url += part
                continue
            }
            let variable = String(pieces[0])
            guard let value = environment[variable] else { return nil }
            url += url.isEmpty ? value : Self.escaped(value)
            url += pieces[1]
            variables.append(variable)
        }
        return Sourced(url, from: variables.joined(separator: ", "))
    }

    /// `text` with all but letters, digits, `-._~` and `/` escaped (RFC 3986, section 2).
    static func escaped(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIIAlphanumeric(or: "-._~/") {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
