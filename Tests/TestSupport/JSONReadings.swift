public import JSON

/// One JSON text as the two readers of it see it; `nil` where it is refused.
///
/// Real numbers are `null`, as nodes do not read them.
public enum JSONReadings {
    /// As jansson reads it.
    public static func byJansson(_ text: [UInt8]) -> JSONValue? {
        (try? JSONValue(parsing: text)).map(withoutReals)
    }

    /// As nodes are, put together.
    public static func byNodes(_ text: [UInt8]) -> JSONValue? {
        (try? JSONNode(parsing: text)).map(value)
    }

    private static func value(_ node: JSONNode) -> JSONValue {
        if let bool = node.bool { return .bool(bool) }
        if let integer = node.integer { return .integer(integer) }
        if let string = node.string { return .string(string) }
        if node.isArray {
            var elements: [JSONValue] = []
            node.forEachElement { elements.append(value($0)) }
            return .array(elements)
        }
        guard node.isObject else { return .null }
        var object = JSONObject()
        node.forEachMember { object[$0] = value($1) }
        return .object(object)
    }

    private static func withoutReals(_ value: JSONValue) -> JSONValue {
        switch value {
        case .real: return .null
        case .array(let elements): return .array(elements.map(withoutReals))
        case .object(let object):
            var result = JSONObject()
            for member in object.members { result[member.key] = withoutReals(member.value) }
            return .object(result)
        default: return value
        }
    }
}
