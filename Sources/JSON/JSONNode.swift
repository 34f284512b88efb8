internal import CJansson

/// A value of a JSON text that is copied only as far as it is asked for.
///
/// To make a ``JSONValue`` of a whole image manifest takes longer than to parse it; of most manifests a few members are
/// wanted. A node keeps jansson's tree alive that it is a part of.
@safe public struct JSONNode: ~Copyable {
    let raw: UnsafeMutablePointer<json_t>

    /// Takes over a reference.
    private init(owning raw: UnsafeMutablePointer<json_t>) {
        unsafe self.raw = raw
    }

    /// Adds a reference to one that is lent.
    private init?(sharing raw: UnsafeMutablePointer<json_t>?) {
        guard let raw = unsafe json_incref(raw) else { return nil }
        unsafe self.raw = raw
    }

    deinit {
        unsafe json_decref(raw)
    }

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
        unsafe self.init(owning: root)
    }

    /// JSON_ALLOW_NUL, a macro that Swift does not see: `\u0000` may stand in text.
    private static let allowNUL = 0x10
}

extension JSONNode {
    /// Whether this is `null`.
    public var isNull: Bool { unsafe raw.pointee.type == JSON_NULL }

    /// Whether this is an object.
    public var isObject: Bool { unsafe raw.pointee.type == JSON_OBJECT }

    /// Whether this is an array.
    public var isArray: Bool { unsafe raw.pointee.type == JSON_ARRAY }

    /// The text, where this is text.
    public var string: String? {
        guard unsafe raw.pointee.type == JSON_STRING else { return nil }
        let bytes = unsafe UnsafeRawBufferPointer(start: json_string_value(raw), count: json_string_length(raw))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// The number, where this is a whole number.
    public var integer: Int? {
        unsafe raw.pointee.type == JSON_INTEGER ? Int(json_integer_value(raw)) : nil
    }

    /// The truth, where this is `true` or `false`.
    public var bool: Bool? {
        switch unsafe raw.pointee.type {
        case JSON_TRUE: true
        case JSON_FALSE: false
        default: nil
        }
    }

    /// The number of elements, 0 where this is no array.
    public var count: Int { unsafe Int(json_array_size(raw)) }

    /// The element at `index`, or `nil` where there is none.
    public func element(_ index: Int) -> JSONNode? {
        guard index >= 0 else { return nil }
        return unsafe JSONNode(sharing: json_array_get(raw, index))
    }

    /// Shows `body` each element in its order; none where this is no array.
    public func forEachElement<Failure>(_ body: (borrowing JSONNode) throws(Failure) -> Void) throws(Failure) {
        for index in 0..<count {
            if let element = element(index) { try body(element) }
        }
    }

    /// The member named `name`, or `nil` where there is none.
    public func member(_ name: String) -> JSONNode? {
        unsafe JSONNode(sharing: json_object_get(raw, name))
    }

    /// Shows `body` each member in the order of the text; none where this is no object.
    public func forEachMember<Failure>(
        _ body: (String, borrowing JSONNode) throws(Failure) -> Void
    ) throws(Failure) {
        var next = unsafe json_object_iter(raw)
        while let member = unsafe next {
            if let key = unsafe json_object_iter_key(member),
                let value = unsafe JSONNode(sharing: json_object_iter_value(member))
            {
                try body(unsafe String(cString: key), value)
            }
            unsafe next = json_object_iter_next(raw, member)
        }
    }
}
