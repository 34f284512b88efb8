internal import JSON
internal import TestSupport

/// What the program says of its own commands and options.
struct ProgramHelp: Sendable {
    /// A command.
    struct Command: Sendable {
        /// The command's name.
        let name: String
        /// Each option with its hyphens, and whether it takes a value.
        let options: [String: Bool]
        /// How many arguments it takes at most.
        let arguments: Int
        /// What is said of it at length, where examples stand.
        let discussion: String

        /// The examples in it; what each is for stands behind it, in a column of its own.
        var examples: [String] {
            discussion.split(separator: "\n").filter { $0.hasPrefix("  ") }.compactMap {
                $0.trimming().split(separator: "  ").first.map(String.init)
            }
        }
    }

    /// The commands by their names; that without a name is the program itself.
    let commands: [String: Command]

    /// What it says, asked for once.
    static var ofProgram: ProgramHelp {
        get async throws { try await asked.value }
    }

    private static let asked = Task { try await ProgramHelp() }

    private init() async throws {
        let help = try await TestSupport.Command(Berth.path, ["--experimental-dump-help"]).succeed()
        guard let root = try JSONValue(parsing: help.output).object?["command"]?.object else {
            throw TestFailure("no help")
        }
        var commands = ["": Command(root, name: "")]
        for child in root["subcommands"]?.array ?? [] {
            guard let child = child.object, let name = child["commandName"]?.string else { continue }
            commands[name] = Command(child, name: name)
        }
        self.commands = commands
    }

    /// What is wrong with a call that stands in a document; nil where nothing is.
    ///
    /// Words in capitals, and `…`, stand for anything. What a call lacks is not missed: prose names commands, too.
    func problem(in words: [String]) -> String? {
        guard let name = words.dropFirst().first else { return nil }
        if name.hasPrefix("-") || name == "help" || name.isPlaceholder {
            return problem(in: words.dropFirst(), of: commands[name.isPlaceholder ? name : ""] ?? anyCommand)
        }
        guard let command = commands[name] else { return "there is no command \(name)" }
        return problem(in: words.dropFirst(2), of: command)
    }

    /// Whether it is a call, and not a drawing or a sentence with the program's name in it.
    func isCall(_ words: [String]) -> Bool {
        guard let name = words.dropFirst().first else { return false }
        return name.hasPrefix("-") || commands[name] != nil
    }

    /// Whether some command has the option.
    func hasOption(_ name: String) -> Bool {
        commands.values.contains { $0.takesValue(name) != nil }
    }

    private var anyCommand: Command {
        Command(
            name: "COMMAND", options: commands.values.reduce(into: [:]) { $0.merge($1.options) { old, _ in old } },
            arguments: .max, discussion: "")
    }

    private func problem(in words: ArraySlice<String>, of command: Command) -> String? {
        var rest = words
        var arguments = 0
        while let word = rest.popFirst() {
            if word == "--" { return nil }
            guard word.hasPrefix("-"), word != "-" else {
                arguments += word == "…" ? 0 : 1
                continue
            }
            let option = String(word.prefix { $0 != "=" })
            guard let takesValue = command.takesValue(option) else {
                return "\(command.name.isEmpty ? "berth" : command.name) has no option \(option)"
            }
            if takesValue, option == word { _ = rest.popFirst() }
        }
        return arguments > command.arguments ? "\(command.name) takes no more than \(command.arguments) arguments" : nil
    }
}

extension ProgramHelp.Command {
    fileprivate init(_ json: JSONObject, name: String) {
        var options: [String: Bool] = [:]
        var arguments = 0
        for argument in json["arguments"]?.array ?? [] {
            guard let argument = argument.object, let kind = argument["kind"]?.string else { continue }
            if kind == "positional" {
                arguments += argument["isRepeating"] == .bool(true) ? 1000 : 1
                continue
            }
            for entry in argument["names"]?.array ?? [] {
                guard let text = entry.object?["name"]?.string, let length = entry.object?["kind"]?.string else {
                    continue
                }
                options[(length == "long" ? "--" : "-") + text] = kind == "option"
            }
        }
        self.init(name: name, options: options, arguments: arguments, discussion: json["discussion"]?.string ?? "")
    }

    /// Whether the option takes a value, also one whose name is left open at its end (`--repo-…`); nil if it is not there.
    func takesValue(_ option: String) -> Bool? {
        guard option.hasSuffix("…") else { return options[option] }
        return options.first { $0.key.hasPrefix(option.dropLast()) }?.value
    }
}

extension String {
    /// Whether it is in capitals, and so stands for something else.
    fileprivate var isPlaceholder: Bool { !isEmpty && allSatisfy { $0.isUppercase || $0 == "…" } }
}
