/// PowerShell: `berth ci-env --shell powershell | Out-String | Invoke-Expression`.
///
/// Single quotes, doubled. PowerShell also takes U+2018, U+2019, U+201A and U+201B for single quotes; doubling those
/// does not suffice, since Windows PowerShell reads the text in the machine's code page: the UTF-8 bytes of a harmless
/// `Ñ` end in 0x91, which is U+2018 in code page 1252 and ends the string. `Out-String` rewrites line ends, besides.
/// So every character outside printable ASCII is written as its number.
struct PowerShell: ShellSyntax {
    let aliases = ["pwsh"]
    let fileExtension = "ps1"

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) {
        output += "$Env:\(name) = ".utf8
        let isPrintable = value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        // A list that is joined, and not a sum: sums nest, and thousands of them exhaust the parser's stack.
        output += (isPrintable ? "'" : "-join('").utf8
        for unit in value.utf16 {
            switch unit {
            case 0x27: output += "''".utf8
            case 0x20...0x7E: output.append(UInt8(unit))
            default: output += "',[char]0x\(String(unit, radix: 16)),'".utf8
            }
        }
        output += (isPrintable ? "';\n" : "');\n").utf8
    }

    func appendReference(to variable: String, from name: String, output: inout [UInt8]) {
        output += "$Env:\(name) = $Env:\(variable);\n".utf8
    }

    func failure(exitCode: Int32, interactive: Bool) -> String {
        interactive ? "throw 'exit code \(exitCode)';\n" : "exit \(exitCode);\n"
    }
}
