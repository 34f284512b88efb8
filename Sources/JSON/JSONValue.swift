/// A value of JSON (RFC 8259), with its objects' members in the order of the text.
public enum JSONValue: Equatable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent.
    case integer(Int)
    /// Any other number.
    case real(Double)
    /// Text.
    case string(String)
    /// Values in an order.
    case array([JSONValue])
    /// Named values.
    case object(JSONObject)
}

extension JSONValue {
    /// The text, where this is text.
    public var string: String? { if case .string(let value) = self { value } else { nil } }

    /// The number, where this is a whole number.
    public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

    /// The members, where this is an object.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The elements, where this is an array.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }

    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }

    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// Values in an order.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    /// Named values.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

/// An object's members, in their order, each name once.
///
/// Names are looked up from the first to the last: the objects that berth reads have some dozen members.
public struct JSONObject: Equatable, Sendable {
    /// One member.
    public struct Member: Equatable, Sendable {
        /// The name.
        public let key: String
        /// The value.
        public var value: JSONValue
    }

    /// The members in their order.
    public private(set) var members: [Member] = []

    /// An object without members.
    public init() {}

    /// The value named `key`; setting it keeps the member's place, a new one comes last, and `nil` removes it.
    public subscript(_ key: String) -> JSONValue? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Whether there are no members.
    public var isEmpty: Bool { members.isEmpty }

    /// The names in their order.
    public var keys: [String] { members.map(\.key) }

    /// Removes the members that `isRemoved` holds for.
    public mutating func removeAll(where isRemoved: (Member) -> Bool) {
        members.removeAll(where: isRemoved)
    }

    /// Appends a member whose name is known to be new.
    mutating func append(_ key: String, _ value: JSONValue) {
        members.append(Member(key: key, value: value))
    }

    mutating func reserveCapacity(_ count: Int) {
        members.reserveCapacity(count)
    }
}
