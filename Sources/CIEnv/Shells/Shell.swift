/// A format of `ci-env`'s output.
public enum Shell: String, CaseIterable, Sendable {
    /// POSIX shells: sh, bash, zsh, dash, busybox ash, ksh, mksh.
    case sh
    /// fish.
    case fish
    /// PowerShell.
    case powershell
    /// cmd.exe.
    case cmd
    /// nushell, which loads JSON.
    case nushell
    /// csh and tcsh.
    case csh
    /// `NAME=value` lines, as `docker --env-file` reads them.
    case dotenv
    /// One JSON object.
    case json
    /// The file `$GITHUB_ENV`.
    case github

    /// The shell that a person calls `name`, or `nil` where there is none; see ``acceptedNames``.
    public init?(name: String) {
        let shell = Self.allCases.first { $0.rawValue == name || $0.syntax.aliases.contains(name) }
        guard let shell else { return nil }
        self = shell
    }

    /// Every name that ``init(name:)`` knows, each shell's own name before its aliases.
    public static var acceptedNames: [String] {
        allCases.flatMap { [$0.rawValue] + $0.syntax.aliases }
    }

    /// What the name of a file in this format ends with, without the dot.
    public var fileExtension: String { syntax.fileExtension }

    /// Whether a shell executes the text, so that it can stop a job; `false` where it is data that a program reads.
    public var evaluates: Bool { syntax.evaluates }

    /// Text which makes the evaluating shell fail with `exitCode`, or nothing where no shell evaluates it.
    ///
    /// An interactive shell fails too, but stays open: nobody wants to lose a terminal to a mistyped option.
    public func failure(exitCode: Int32, interactive: Bool) -> String {
        syntax.failure(exitCode: exitCode, interactive: interactive)
    }

    /// The syntax with a delimiter from the system's randomness; only ``github`` has one.
    private var syntax: any ShellSyntax {
        var generator = SystemRandomNumberGenerator()
        return syntax(using: &generator)
    }

    private func syntax(using generator: inout some RandomNumberGenerator) -> any ShellSyntax {
        switch self {
        case .sh: POSIXShell()
        case .fish: Fish()
        case .powershell: PowerShell()
        case .cmd: Cmd()
        case .nushell: JSONFormat(aliases: ["nu"])
        case .csh: Csh()
        case .dotenv: Dotenv()
        case .json: JSONFormat(aliases: [])
        case .github: GitHubEnvironmentFile(using: &generator)
        }
    }
}

extension Shell {
    /// The text that sets `exports`, in their order.
    ///
    /// References are left out of what no shell evaluates (dotenv, JSON, nushell, GitHub's file): the secret itself
    /// would have to be written there.
    ///
    /// - Throws: The first name or value that the format cannot carry.
    public func render(_ exports: [Export]) throws(ShellError) -> String {
        var generator = SystemRandomNumberGenerator()
        return try render(exports, using: &generator)
    }

    /// The text that sets `exports`, with `generator` for what must not be guessed: the delimiter of ``github``.
    ///
    /// - Throws: The first name or value that the format cannot carry.
    public func render(
        _ exports: [Export], using generator: inout some RandomNumberGenerator
    ) throws(ShellError) -> String {
        let syntax = syntax(using: &generator)
        // Room for the usual job's variables, so that the buffer hardly ever moves.
        var output: [UInt8] = []
        output.reserveCapacity(4096)
        output += syntax.opening.utf8
        for export in exports {
            try append(export, in: syntax, to: &output)
        }
        output += syntax.closing.utf8
        return String(decoding: output, as: UTF8.self)
    }

    private func append(
        _ export: Export, in syntax: any ShellSyntax, to output: inout [UInt8]
    ) throws(ShellError) {
        guard Export.isName(export.name) else { throw ShellError(.name, variable: export.name, shell: self) }
        switch export.value {
        case .text(let text):
            guard !text.utf8.contains(0) else { throw ShellError(.nul, variable: export.name, shell: self) }
            do {
                try syntax.appendAssignment(of: text, to: export.name, output: &output)
            } catch {
                throw ShellError(error, variable: export.name, shell: self)
            }
        case .reference(let variable):
            guard Export.isName(variable) else { throw ShellError(.name, variable: variable, shell: self) }
            syntax.appendReference(to: variable, from: export.name, output: &output)
        }
    }
}
