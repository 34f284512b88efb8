/// cmd.exe: `for /f "delims=" %i in ('berth ci-env --shell cmd --as-file') do call "%i"`.
///
/// Inside the quotes of a batch file only `%` has a meaning, and is doubled. Where the calling script has switched
/// delayed expansion on, `!` has one too; a `set` cannot be written that is right under both.
struct Cmd: ShellSyntax {
    let aliases = ["cmdexe"]
    let fileExtension = "cmd"

    /// What cmd.exe takes as one command line.
    private let longestLine = 8191

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) throws(ShellError.Kind) {
        let start = output.count
        output += "@set \"\(name)=".utf8
        for byte in value.utf8 {
            switch byte {
            // A batch file's reader takes Ctrl-Z for a newline, and drops carriage returns.
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x1A: throw .newline
            case UInt8(ascii: "\""): throw .quote
            case UInt8(ascii: "%"): output += "%%".utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
        // Bytes, where cmd.exe counts characters of whatever code page it reads them in: never more than bytes.
        guard output.count - start <= longestLine else { throw .length }
        output += "\r\n".utf8
    }

    func appendReference(to variable: String, from name: String, output: inout [UInt8]) {
        output += "@set \"\(name)=%\(variable)%\"\r\n".utf8
    }

    /// `exit /b` leaves the batch file only, and the code in `ERRORLEVEL`.
    func failure(exitCode: Int32, interactive: Bool) -> String {
        interactive ? "@exit /b \(exitCode)\r\n" : "@exit \(exitCode)\r\n"
    }
}
