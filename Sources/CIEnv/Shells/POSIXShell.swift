/// sh, bash, zsh, dash, busybox ash, ksh93 and mksh.
///
/// The text means the same in `eval "$(…)"`, in the unquoted `eval $(…)` and in a sourced file. Unquoted, the shell
/// splits it at blanks and expands every word's globs before `eval` sees it, under `nullglob` and `failglob` with loss.
/// So no blank, glob, brace, `#` or newline of a value is written as itself.
struct POSIXShell: ShellSyntax {
    let aliases = ["default", "bash", "zsh", "dash", "ksh", "ash", "mksh", "busybox"]
    let fileExtension = "sh"

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) {
        guard isPlain(value) else { return appendEncoded(value, to: name, output: &output) }
        output += "export ".utf8
        output += name.utf8
        output.append(UInt8(ascii: "="))
        output += value.utf8
        output += ";\n".utf8
    }

    /// With an empty default for `set -u`.
    ///
    /// A plain assignment, not `export K=$V`: an older dash splits what `export` is given.
    func appendReference(to variable: String, from name: String, output: inout [UInt8]) {
        output += "\(name)=${\(variable)-}; export \(name);\n".utf8
    }

    /// With its semicolon, so that in `eval $(berth … || echo exit 1)` the two do not become one `exit` with too many
    /// arguments, which bash and zsh ignore.
    func failure(exitCode: Int32, interactive: Bool) -> String {
        interactive ? "false;\n" : "exit \(exitCode);\n"
    }

    /// Appends `K=$(printf %b '…\0ooo….'); K=${K%.}; export K;`.
    ///
    /// The last dot keeps newlines, which `$(…)` would strip. It is a dot because no multibyte charset of any locale
    /// (Shift JIS, GBK, Big5) can take that byte for the second half of a character.
    private func appendEncoded(_ value: String, to name: String, output: inout [UInt8]) {
        output += name.utf8
        output += "=$(printf %b '".utf8
        var argument = output.count
        for byte in value.utf8 {
            // mksh has no printf of its own, and Linux hands a program no argument above 128 KiB.
            if output.count - argument > 65_536 {
                output += "' '".utf8
                argument = output.count
            }
            if Self.isPlain(byte) { output.append(byte) } else { Self.appendOctal(byte, output: &output) }
        }
        output += ".'); \(name)=${\(name)%.}; export \(name);\n".utf8
    }

    private static func appendOctal(_ byte: UInt8, output: inout [UInt8]) {
        let zero = UInt8(ascii: "0")
        output.append(UInt8(ascii: "\\"))
        output.append(zero)
        output.append(zero + byte >> 6)
        output.append(zero + byte >> 3 & 7)
        output.append(zero + byte & 7)
    }

    /// Whether `value` can stand unquoted.
    ///
    /// zsh takes `=word` at the start or after a colon for the path of a command,
    /// and a leading `-` is nothing that old shells should have to get right.
    private func isPlain(_ value: String) -> Bool {
        var previous = UInt8(ascii: ":")
        for byte in value.utf8 {
            guard Self.isPlain(byte), byte != UInt8(ascii: "=") || previous != UInt8(ascii: ":") else { return false }
            previous = byte
        }
        return value.utf8.first != UInt8(ascii: "-")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            // "-", ".", "/", the digits and ":" are neighbours in ASCII.
            UInt8(ascii: "-")...UInt8(ascii: ":"),
            UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "="),
            UInt8(ascii: ","):
            true
        default:
            false
        }
    }
}
