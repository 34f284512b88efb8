internal import CIEnv
internal import POSIX

/// What is handed to a job's shell in the place of its script where `ci-env` fails, so that the shell fails too.
///
/// `eval "$(berth ci-env)"` sees no exit code: without this the job would go on with the credentials of all others.
struct FailingScript {
    private let shell: Shell
    private let isFile: Bool
    private let goesToOutput: Bool
    private let bases: JobBases

    /// As `arguments` and `environment` ask for it, however little sense they make otherwise.
    init(_ arguments: CIEnvArguments, _ environment: Environment) {
        let name = arguments.shell ?? environment.first("BERTH_SHELL", "WERF_SHELL")?.value
        shell = name.flatMap(Shell.init(name:)) ?? .sh
        isFile = arguments.writesFile || environment.isTrue("BERTH_AS_FILE") || environment.isTrue("WERF_AS_FILE")
        let isEnvFile =
            arguments.writesEnvFile || environment.isTrue("BERTH_AS_ENV_FILE") || environment.isTrue("WERF_AS_ENV_FILE")
        let hasPath =
            arguments.outputFilePath != nil
            || environment.first("BERTH_OUTPUT_FILE_PATH", "WERF_OUTPUT_FILE_PATH") != nil
        goesToOutput = shell.evaluates && !isEnvFile && !hasPath
        bases = JobBases(
            explicit: arguments.temporaryDirectory ?? environment.first("BERTH_TMP_DIR", "WERF_TMP_DIR")?.value,
            ownDirectory: CISystem.detect(in: environment).facts(in: environment).temporaryDirectory?.value,
            environment: environment)
    }

    /// Writes it to standard output, where that is what a shell evaluates.
    ///
    /// - Parameter code: What the shell ends with.
    func write(_ code: Int32) {
        guard goesToOutput else { return }
        try? StandardStream.output.write(isFile ? file(code) + "\n" : script(code))
    }

    /// The path of a file that holds the script, for a shell that sources it; where there can be none, the path of
    /// nothing, which makes the shell fail too, but by a code of its own.
    private func file(_ code: Int32) -> String {
        let name = "exit-\(code).\(shell.fileExtension)"
        let path = try? bases.openRoot(user: CurrentProcess.user).put(name, script(code))
        return path ?? "/nonexistent/\(name)"
    }

    private func script(_ code: Int32) -> String {
        // A person at a terminal is told; to close the terminal would be no service.
        let isInteractive = StandardStream.input.isTerminal && StandardStream.error.isTerminal
        return shell.failure(exitCode: code, interactive: isInteractive)
    }
}
