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
        var url: [UInt8] = [], variables: [String] = []
        var rest = text.utf8[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "{")),
            let end = rest[start...].firstIndex(of: UInt8(ascii: "}"))
        {
            let variable = String(Substring(rest[rest.index(after: start)..<end]))
            guard let value = environment[variable] else { return nil }
            url += rest[..<start]
            if url.isEmpty { url += value.utf8 } else { Self.escape(value, output: &url) }
            variables.append(variable)
            rest = rest[rest.index(after: end)...]
        }
        url += rest
        return Sourced(String(decoding: url, as: UTF8.self), from: variables.joined(separator: ", "))
    }

    /// Appends `text` with all but letters, digits, `-._~` and `/` escaped (RFC 3986, section 2).
    private static func escape(_ text: String, output: inout [UInt8]) {
        let hex = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if byte.isASCIIAlphanumeric(or: "-._~/") {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
    }
}
