/// How `ci-env` hands over its script.
///
/// Read apart from the other options, since a failure among those must reach the shell in the way that was asked for.
public struct OutputOptions: Equatable, Sendable {
    /// Where the script goes.
    public enum Destination: Equatable, Sendable {
        /// To standard output, or for ``Shell/github`` to the runner's files.
        case standardOutput
        /// Into the job's directory; its path goes to standard output.
        case jobDirectory
        /// Into this file, and nothing to standard output.
        case file(String)
    }

    /// The format of the script.
    public var shell: Shell
    /// Where the script goes.
    public var destination: Destination

    /// The standard: for a POSIX shell, to standard output.
    public init() {
        shell = .sh
        destination = .standardOutput
    }

    /// What `arguments` and `environment` ask for.
    ///
    /// Each is said by the option, else by `BERTH_…`, else by `WERF_…`. Where several are said, those that the command
    /// line says count before those of variables, and berth's variables before werf's; of an env file and a script's
    /// file the env file is meant, and of a file with a name that.
    ///
    /// - Throws: `CIEnvError`, of the kind `usage` for an argument, `badConfiguration` for a variable.
    public init(_ arguments: CIEnvArguments, environment: Environment) throws(CIEnvError) {
        let named = try Self.shell(arguments, environment)
        let file = try Self.flag(arguments.writesFile, "AS_FILE", in: environment)
        var envFile = try Self.flag(arguments.writesEnvFile, "AS_ENV_FILE", in: environment)
        // A format that the command line names is not undone by a variable.
        if arguments.shell != nil, !arguments.writesEnvFile { envFile = nil }
        let path = Setting(
            arguments.outputFilePath, "--output-file-path", or: "BERTH_OUTPUT_FILE_PATH", "WERF_OUTPUT_FILE_PATH",
            in: environment)
        let strongest = [file, envFile, path?.rank].compactMap { $0 }.min()
        shell = envFile != nil && envFile == strongest ? .dotenv : named
        if let path, path.rank == strongest {
            destination = .file(try path.path())
        } else {
            destination = strongest == nil ? .standardOutput : .jobDirectory
        }
    }

    /// Who says yes: 0 for the argument, 1 for berth's variable, 2 for werf's, and `nil` where nobody does.
    private static func flag(_ argument: Bool, _ name: String, in environment: Environment) throws(CIEnvError) -> Int? {
        if argument { return 0 }
        guard let setting = Setting(nil, "", or: "BERTH_\(name)", "WERF_\(name)", in: environment) else { return nil }
        return try setting.bool() ? setting.rank : nil
    }

    private static func shell(_ arguments: CIEnvArguments, _ environment: Environment) throws(CIEnvError) -> Shell {
        guard let setting = Setting(arguments.shell, "--shell", or: "BERTH_SHELL", "WERF_SHELL", in: environment) else {
            return .sh
        }
        guard let shell = Shell(name: setting.value) else {
            throw setting.error("no such shell", hint: "one of \(Shell.acceptedNames.joined(separator: ", "))")
        }
        return shell
    }
}
