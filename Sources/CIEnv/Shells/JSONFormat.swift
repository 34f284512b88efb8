/// One JSON object of names and strings, for programs and for nushell's `from json | load-env`.
///
/// It is written here and not by the JSON module, because a flat object of strings needs no tree: every value goes
/// straight into the buffer, as in the other formats.
struct JSONFormat: DataFormat {
    let aliases: [String]
    let fileExtension = "json"
    let opening = "{"
    let closing = "}\n"

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) {
        if output.last != UInt8(ascii: "{") { output.append(UInt8(ascii: ",")) }
        appendString(name, output: &output)
        output.append(UInt8(ascii: ":"))
        appendString(value, output: &output)
    }

    /// Appends `string` with the escapes that RFC 8259, section 7, demands, and DEL's, which a terminal would eat.
    private func appendString(_ string: String, output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0..<0x20, 0x7F:
                output += (byte < 0x10 ? "\\u000" : "\\u00").utf8
                output += String(byte, radix: 16).utf8
            default:
                output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
