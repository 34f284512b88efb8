internal import CJansson

/// Text that is not JSON.
public struct JSONError: Error, Equatable, Sendable {
    /// What is wrong, in jansson's words, without the text around it: that may be a secret.
    public let reason: String
    /// The line, counted from 1.
    public let line: Int
    /// The column, counted from 1 in bytes.
    public let column: Int
}

extension JSONError: CustomStringConvertible {
    /// One line: `no JSON at line 3, column 5: '}' expected`.
    public var description: String { "no JSON at line \(line), column \(column): \(reason)" }
}

extension JSONError {
    init(_ failure: json_error_t) {
        self.init(
            reason: Self.reason(failure), line: Int(failure.line), column: max(1, Int(failure.column)))
    }

    private static func reason(_ failure: json_error_t) -> String {
        let text = unsafe withUnsafeBytes(of: failure.text) { bytes in
            // The last byte of the buffer is the error's number.
            unsafe String(decoding: bytes.dropLast().prefix { $0 != 0 }, as: UTF8.self)
        }
        return text.firstIndex(of: " near '").map { String(text[..<$0]) } ?? text
    }
}

extension JSONValue {
    /// Reads `text`, an object or an array with nothing but white space around it.
    ///
    /// Of members with the same name the last counts, as it does for docker and podman. Numbers that no 64-bit integer
    /// holds, nesting below 2,048 levels, and what RFC 8259 forbids (a byte order mark, comments) are errors.
    public init(parsing text: [UInt8]) throws(JSONError) {
        var failure = json_error_t()
        let root = unsafe text.withUnsafeBytes { bytes in
            unsafe json_loadb(bytes.baseAddress, bytes.count, Self.allowNUL, &failure)
        }
        guard let root = unsafe root else { throw JSONError(failure) }
        defer { unsafe json_decref(root) }
        self = unsafe JSONValue(copying: root)
    }

    /// JSON_ALLOW_NUL, a macro that Swift does not see: `\u0000` may stand in text.
    private static let allowNUL = 0x10

    init(copying json: UnsafeMutablePointer<json_t>) {
        switch unsafe json.pointee.type {
        case JSON_OBJECT: self = unsafe .object(JSONObject(copying: json))
        case JSON_ARRAY:
            let count = unsafe json_array_size(json)
            self = .array(
                (0..<count).map { index in
                    guard let element = unsafe json_array_get(json, index) else { return .null }
                    return unsafe JSONValue(copying: element)
                })
        case JSON_STRING:
            let bytes = unsafe UnsafeRawBufferPointer(start: json_string_value(json), count: json_string_length(json))
            self = unsafe .string(String(decoding: bytes, as: UTF8.self))
        case JSON_INTEGER: self = unsafe .integer(Int(json_integer_value(json)))
        case JSON_REAL: self = unsafe .real(json_real_value(json))
        case JSON_TRUE: self = .bool(true)
        case JSON_FALSE: self = .bool(false)
        default: self = .null
        }
    }
}

extension JSONObject {
    init(copying json: UnsafeMutablePointer<json_t>) {
        reserveCapacity(unsafe Int(json_object_size(json)))
        var next = unsafe json_object_iter(json)
        while let member = unsafe next {
            if let key = unsafe json_object_iter_key(member), let value = unsafe json_object_iter_value(member) {
                unsafe append(String(cString: key), JSONValue(copying: value))
            }
            unsafe next = json_object_iter_next(json, member)
        }
    }
}

extension String {
    /// Where `marker` begins first.
    fileprivate func firstIndex(of marker: String) -> Index? {
        indices.first { self[$0...].hasPrefix(marker) }
    }
}
