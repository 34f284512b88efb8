/// Percent-encoding of what goes into a query or a form.
public enum PercentEncoding {
    /// `parameters` as `name=value&…` with every byte encoded that is not unreserved (RFC 3986 §2.3).
    public static func form(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(component($0.name))=\(component($0.value))" }.joined(separator: "&")
    }

    /// `text` as one component of a path, with every byte encoded that is not unreserved, slashes too.
    public static func component(_ text: String) -> String { encode(text, keeping: "") }

    /// `text` with every byte encoded that is neither unreserved nor among `kept`.
    public static func encode(_ text: String, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case _ where kept.utf8.contains(byte):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What `text` stands for; a percent sign that no two hexadecimal digits follow stands for itself.
    public static func decode(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            guard byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
