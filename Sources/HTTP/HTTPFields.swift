/// The header fields of an answer, kept as they came and read when they are asked for.
///
/// An answer has a dozen, of which two are looked at: to make text of all would cost more than the transfer.
public struct HTTPFields: Sendable {
    /// One header field.
    public struct Field: Equatable, Sendable {
        /// The field's name as the server wrote it.
        public let name: String
        /// The field's value without the white space around it.
        public let value: String

        /// A field `name: value`.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Lines, each with its end.
    private var lines: [UInt8] = []

    /// These fields.
    public init(_ fields: [Field]) {
        for field in fields { lines += Array("\(field.name): \(field.value)\r\n".utf8) }
    }

    /// Adds a line as libcurl hands it over.
    mutating func append(_ line: some Collection<UInt8>) {
        lines.append(contentsOf: line)
    }

    mutating func removeAll() {
        lines.removeAll(keepingCapacity: true)
    }

    /// All fields in the order in which they came; a name may come several times.
    public var all: [Field] {
        var fields: [Field] = []
        forEachLine { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
            fields.append(Field(String(decoding: line[..<colon], as: UTF8.self), Self.value(line[colon...])))
            return true
        }
        return fields
    }

    /// The first value of the field `name`, whose case does not matter.
    public func first(_ name: String) -> String? {
        var found: String?
        forEachLine { line in
            found = Self.value(of: name, in: line)
            return found == nil
        }
        return found
    }

    /// All values of the field `name`, whose case does not matter.
    public func values(for name: String) -> [String] {
        var found: [String] = []
        forEachLine { line in
            if let value = Self.value(of: name, in: line) { found.append(value) }
            return true
        }
        return found
    }

    private func forEachLine(_ goesOn: (ArraySlice<UInt8>) -> Bool) {
        var rest = lines[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            guard goesOn(rest[..<end]) else { return }
            rest = rest[(end + 1)...]
        }
    }

    private static func value(of name: String, in line: ArraySlice<UInt8>) -> String? {
        let colon = line.startIndex + name.utf8.count
        guard colon < line.endIndex, line[colon] == UInt8(ascii: ":") else { return nil }
        var position = line.startIndex
        for byte in name.utf8 {
            guard lowercase(line[position]) == lowercase(byte) else { return nil }
            position += 1
        }
        return value(line[colon...])
    }

    /// What stands behind the colon that `rest` begins with.
    private static func value(_ rest: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        let start = rest.dropFirst().drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPFields: ExpressibleByArrayLiteral {
    /// These fields.
    public init(arrayLiteral elements: Field...) { self.init(elements) }
}

extension HTTPFields: Equatable {
    /// Whether both have the same names and values in the same order.
    public static func == (one: HTTPFields, other: HTTPFields) -> Bool { one.all == other.all }
}
