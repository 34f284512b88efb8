internal import CIEnv
internal import Testing

/// A real shell, and how it is asked to run a line.
struct ShellProgram: CustomTestStringConvertible, Sendable {
    let command: [String]
    let shell: Shell

    var testDescription: String { command.joined(separator: " ") }

    /// The shells that read the `sh` format, none of them with a user's start files.
    static let posix: [ShellProgram] = [
        ["dash"], ["bash", "--norc"], ["zsh", "-f"], ["busybox", "ash"], ["ksh"], ["mksh"],
    ].map { ShellProgram(command: $0, shell: .sh) }

    static let bash = ShellProgram(command: ["bash", "--norc"], shell: .sh)
    static let fish = ShellProgram(command: ["fish", "--no-config"], shell: .fish)
    static let tcsh = ShellProgram(command: ["tcsh", "-f"], shell: .csh)
    static let all = posix + [fish, tcsh]
}

/// A way to have a shell read the text that stands in the file `exports`.
struct ShellCall: CustomTestStringConvertible, Sendable {
    let program: ShellProgram
    let code: String
    var locale = "C.UTF-8"

    var testDescription: String { "\(program.testDescription): \(code) (\(locale))" }

    static let quoted = #"eval "$(cat exports)""#
    static let unquoted = "eval $(cat exports)"
    static let sourced = ". ./exports"

    /// Every way that is promised, in every shell.
    static let all: [ShellCall] =
        ShellProgram.posix.flatMap { program in
            [quoted, unquoted, sourced, "set -eu; \(quoted)", "set -eu; \(unquoted)"]
                .map { ShellCall(program: program, code: $0) }
                + [ShellCall(program: program, code: unquoted, locale: "C")]
        }
        + ["nullglob", "failglob", "extglob", "nullglob failglob dotglob globstar"].map {
            ShellCall(program: .bash, code: "shopt -s \($0); \(unquoted)")
        }
        + [
            ShellCall(program: .bash, code: "set -o posix; \(unquoted)"),
            ShellCall(program: .fish, code: "cat exports | source"),
            ShellCall(program: .fish, code: quoted),
            ShellCall(program: .fish, code: "cat exports | source", locale: "C"),
            ShellCall(program: .tcsh, code: "source exports"),
            ShellCall(program: .tcsh, code: "source exports", locale: "C"),
        ]
}
