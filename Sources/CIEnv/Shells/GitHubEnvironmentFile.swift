/// The text of `$GITHUB_ENV` as the Actions runner, Gitea and Forgejo read it: `NAME<<DELIMITER`, the value, and the
/// delimiter on a line of its own.
///
/// A value that could guess the delimiter could end early and set any further variable of the job, so the delimiter is
/// 128 random bits, new for each text.
struct GitHubEnvironmentFile: DataFormat {
    let fileExtension = "env"
    private let delimiter: String

    init(using generator: inout some RandomNumberGenerator) {
        let high: UInt64 = generator.next()
        let low: UInt64 = generator.next()
        delimiter = "end-" + String(high, radix: 16) + "-" + String(low, radix: 16)
    }

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) {
        output += "\(name)<<\(delimiter)\n".utf8
        output += value.utf8
        output += "\n\(delimiter)\n".utf8
    }
}

extension Shell {
    /// The workflow commands that make a GitHub runner show `***` for `value` in the log.
    ///
    /// One per line of the value: the log is masked line by line, and not every runner (Gitea's, Forgejo's) splits a
    /// mask of several lines itself. Empty lines are left out.
    public static func githubMask(_ value: String) -> String {
        var output: [UInt8] = []
        for line in value.utf8.split(separator: UInt8(ascii: "\n")) {
            // The log has no carriage returns at the ends of its lines.
            let text = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard !text.isEmpty else { continue }
            output += "::add-mask::".utf8
            for byte in text {
                switch byte {
                case UInt8(ascii: "%"): output += "%25".utf8
                // A carriage return inside a line. Newlines, which would need the same, are gone by now.
                case UInt8(ascii: "\r"): output += "%0D".utf8
                default: output.append(byte)
                }
            }
            output.append(UInt8(ascii: "\n"))
        }
        return String(decoding: output, as: UTF8.self)
    }
}
