internal import TestSupport

/// berth itself, outside a shell.
func berth(_ arguments: [String], _ environment: [String: String]) -> Command {
    Command(Berth.path, arguments, environment: environment)
}

/// A job: a shell that evaluates the documented line, then the job's own lines.
func job(_ script: String, in shell: String = "dash", _ environment: [String: String]) -> Command {
    Command.shell("\(documentedLine)\n\(script)", in: shell, environment: environment)
}

/// What `jq` makes of a JSON text, in one compact line: a judge that is not berth's own parser.
func jq(_ filter: String, _ json: [UInt8], _ options: [String] = []) async throws -> String {
    var command = Command("jq", ["-c"] + options + [filter])
    command.input = json
    return try await command.succeed().text.split(separator: "\n").joined(separator: "\n")
}

/// What `jq` makes of a file.
func jq(_ filter: String, file: String) async throws -> String {
    try await jq(filter, try Files.read(file))
}

/// The exit code of a shell that evaluates `output` and then goes on: 99 means that the failure went unnoticed.
func evaluate(_ output: [UInt8], in shell: String = "dash") async throws -> Int32 {
    let text = String(decoding: output, as: UTF8.self)
    let command = Command(shell, ["-c", #"eval "$1"; exit 99"#, shell, text])
    return try await command.run().status
}

/// Job directories below a root: names that hold a lease or a docker config.
func jobDirectories(_ root: String) -> [String] {
    Files.names(in: root).filter {
        Files.exists("\(root)/\($0)/docker") || Files.exists("\(root)/\($0)/lease.json")
    }
}
