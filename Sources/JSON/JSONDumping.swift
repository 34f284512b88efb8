internal import CJansson

extension JSONValue {
    /// The value as text, ended by a newline: objects and arrays over several lines, or all on one.
    ///
    /// A number that is not whole keeps its value but perhaps not its digits: 0.1 becomes 0.10000000000000001.
    public func text(indented: Bool = true) -> String {
        let root = unsafe makeJansson()
        defer { unsafe json_decref(root) }
        // JSON_INDENT(4) or JSON_COMPACT, and JSON_ENCODE_ANY: macros that Swift does not see.
        guard let text = unsafe json_dumps(root, (indented ? 4 : 0x20) | 0x200) else { return "" }
        defer { unsafe free(text) }
        return unsafe String(cString: text) + "\n"
    }

    private func makeJansson() -> UnsafeMutablePointer<json_t>? {
        switch self {
        case .null: return unsafe json_null()
        case .bool(let value): return unsafe value ? json_true() : json_false()
        case .integer(let value): return unsafe json_integer(json_int_t(value))
        case .real(let value): return unsafe json_real(value)
        case .string(let value):
            var value = value
            return unsafe value.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe json_stringn_nocheck($0.baseAddress, $0.count) }
            } ?? json_string("")
        case .array(let elements):
            let array = unsafe json_array()
            for element in elements { unsafe json_array_append_new(array, element.makeJansson()) }
            return unsafe array
        case .object(let object):
            let result = unsafe json_object()
            for member in object.members {
                unsafe json_object_set_new_nocheck(result, member.key, member.value.makeJansson())
            }
            return unsafe result
        }
    }
}
