/// A link of an answer to another resource (RFC 8288), such as the next page of a list.
public struct LinkHeader: Equatable, Sendable {
    /// The other resource's address, perhaps relative to the answer's own.
    public let target: String
    /// The parameters, their names in lower case; without a value they have an empty one.
    ///
    /// Of a name that comes twice, the first value counts.
    public let parameters: [String: String]

    /// A link to `target`.
    public init(target: String, parameters: [String: String]) {
        self.target = target
        self.parameters = parameters
    }

    /// What the other resource is to this one, in lower case.
    public var relations: [String] {
        (parameters["rel"] ?? "").lowercased().split(separator: " ").map(String.init)
    }

    /// The links of all `Link` headers of an answer, in their order.
    ///
    /// What stands after the first fault of a header is dropped, together with the link that is cut by it.
    public static func parse(_ fields: [String]) -> [LinkHeader] {
        fields.flatMap { read($0).links }
    }

    /// The address of the next page, or `nil` where this is the last one.
    ///
    /// - Throws: `RegistryError` of the kind `protocolViolation` where there is no such link, but a header that cannot be
    ///   read to its end: to take that page for the last one would be to lose the others silently.
    public static func next(in fields: [String]) throws(RegistryError) -> String? {
        let readings = fields.map(read)
        // A link with an anchor is not about this page.
        let next = readings.lazy.flatMap(\.links).first {
            $0.parameters["anchor"] == nil && $0.relations.contains("next")
        }
        if let next { return next.target }
        guard readings.allSatisfy(\.isWhole) else {
            throw RegistryError(
                .protocolViolation, "a Link header cannot be read, so that the list may not be complete")
        }
        return nil
    }

    /// The address of the list's last page, where the answer tells it.
    static func last(in fields: [String]) -> String? {
        parse(fields).first { $0.parameters["anchor"] == nil && $0.relations.contains("last") }?.target
    }

    private static func read(_ field: String) -> (links: [LinkHeader], isWhole: Bool) {
        var reader = FieldReader(field)
        var links: [LinkHeader] = []
        reader.skipCommas()
        while !reader.isAtEnd {
            guard let link = reader.link() else { return (links, false) }
            links.append(link)
            reader.skipCommas()
        }
        return (links, true)
    }
}

extension FieldReader {
    /// A link with its parameters, up to the comma or the end behind it.
    ///
    ///     "<" URI-Reference ">" *( OWS ";" OWS [ token BWS [ "=" BWS ( token / quoted-string ) ] ] )
    fileprivate mutating func link() -> LinkHeader? {
        guard skip(UInt8(ascii: "<")) else { return nil }
        let target = take { $0 != UInt8(ascii: ">") && $0 > 0x20 && $0 < 0x7F } ?? ""
        guard skip(UInt8(ascii: ">")) else { return nil }

        var parameters: [String: String] = [:]
        skipSpace()
        while skip(UInt8(ascii: ";")) {
            skipSpace()
            guard let name = token() else { continue }
            skipSpace()
            var value = ""
            if skip(UInt8(ascii: "=")) {
                skipSpace()
                guard let given = quotedString() ?? token() else { return nil }
                value = given
                skipSpace()
            }
            if parameters[name.lowercased()] == nil { parameters[name.lowercased()] = value }
        }
        return isAtElementEnd ? LinkHeader(target: target, parameters: parameters) : nil
    }
}
