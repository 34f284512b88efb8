/// csh and tcsh: a sourced file, or ``eval "`berth ci-env --shell csh`"`` where no value holds a newline, since csh
/// makes blanks of those in backquotes.
///
/// A backslash always follows a quotation mark, for the reason that ``Fish`` gives.
///
/// `exit` ends the shell in `eval`; in a sourced file it ends that file only, and its code becomes `$status`.
struct Csh: ShellSyntax {
    let aliases = ["tcsh"]
    let fileExtension = "csh"

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) {
        output += "setenv \(name) '".utf8
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "'"): output += #"'\''"#.utf8
            // History expansion and the line's end have their meaning even inside quotes.
            case UInt8(ascii: "!"): output += #"'\!'"#.utf8
            case UInt8(ascii: "\n"): output += "'\"\\\n\"'".utf8
            default: output.append(byte)
            }
        }
        output += "';\n".utf8
    }

    /// Asks first, since a variable that is not set is an error.
    ///
    /// csh expands the whole line before it looks at the condition; what `eval` is given, only when it is run.
    func appendReference(to variable: String, from name: String, output: inout [UInt8]) {
        output += "if ( ! $?\(variable) ) setenv \(name) '';\n".utf8
        output += "if ( $?\(variable) ) eval 'setenv \(name) $\(variable):q';\n".utf8
    }

    func failure(exitCode: Int32, interactive: Bool) -> String {
        interactive ? "false;\n" : "exit \(exitCode);\n"
    }
}
