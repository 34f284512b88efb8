/// fish: `berth ci-env --shell fish | source`.
///
/// What needs a backslash is written outside the quotes, because in Big5 and GB 18030 a backslash is also the second
/// half of characters: where the locale has such a charset, one that followed a value's bytes could be swallowed, and
/// the quote after it would be escaped. A quotation mark is no such half.
///
/// In a sourced text `exit` ends that text only, and its code becomes `$status`; in `eval` it ends fish.
struct Fish: ShellSyntax {
    let fileExtension = "fish"

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) {
        output += "set -gx \(name) '".utf8
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "'"): output += #"'\''"#.utf8
            case UInt8(ascii: "\\"): output += #"'\\'"#.utf8
            default: output.append(byte)
            }
        }
        output += "';\n".utf8
    }

    /// In double quotes, so that a variable which is not set gives an empty value and not an empty list.
    func appendReference(to variable: String, from name: String, output: inout [UInt8]) {
        output += "set -gx \(name) \"$\(variable)\";\n".utf8
    }

    func failure(exitCode: Int32, interactive: Bool) -> String {
        interactive ? "false;\n" : "exit \(exitCode);\n"
    }
}
