/// `NAME=value` lines, as `docker run --env-file` and GitLab's dotenv reports read them: no quotes, no escapes, nothing
/// that could stand for the end of a line.
struct Dotenv: DataFormat {
    let fileExtension = "env"

    func appendAssignment(of value: String, to name: String, output: inout [UInt8]) throws(ShellError.Kind) {
        guard !value.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
            throw .newline
        }
        output += name.utf8
        output.append(UInt8(ascii: "="))
        output += value.utf8
        output.append(UInt8(ascii: "\n"))
    }
}
