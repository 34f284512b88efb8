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
    /// Where the command line says anything of the destination, no variable does; and where a `BERTH_…` does, no
    /// `WERF_…` does. Of an env file and a script's file the env file is meant, and of a file with a name that.
    ///
    /// - Throws: `CIEnvError`, of the kind `usage` for an argument, `badConfiguration` for a variable.
    public init(_ arguments: CIEnvArguments, environment: Environment) throws(CIEnvError) {
        let named = try Self.shell(arguments, environment)
        var wish = Wish(
            isFile: arguments.writesFile, isEnvFile: arguments.writesEnvFile,
            path: Setting(arguments.outputFilePath, "--output-file-path", in: environment))
        // A format that the command line names is not undone by a variable.
        let asksForShell = arguments.shell != nil
        for prefix in ["BERTH_", "WERF_"] where wish.isNothing {
            wish = try Wish(prefix, in: environment, withEnvFile: !asksForShell)
        }
        shell = wish.isEnvFile ? .dotenv : named
        destination =
            try wish.path.map { setting throws(CIEnvError) in .file(try setting.path()) }
            ?? (wish.isFile || wish.isEnvFile ? .jobDirectory : .standardOutput)
    }

    /// What one source says of the destination.
    private struct Wish {
        let isFile: Bool
        let isEnvFile: Bool
        let path: Setting?

        var isNothing: Bool { !isFile && !isEnvFile && path == nil }

        init(isFile: Bool, isEnvFile: Bool, path: Setting?) {
            self.isFile = isFile
            self.isEnvFile = isEnvFile
            self.path = path
        }

        init(_ prefix: String, in environment: Environment, withEnvFile: Bool) throws(CIEnvError) {
            func flag(_ name: String) throws(CIEnvError) -> Bool {
                try Setting(nil, "", or: "\(prefix)\(name)", in: environment)?.bool() ?? false
            }
            isFile = try flag("AS_FILE")
            isEnvFile = try flag("AS_ENV_FILE") && withEnvFile
            path = Setting(nil, "", or: "\(prefix)OUTPUT_FILE_PATH", in: environment)
        }
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
