internal import CIEnv
internal import POSIX

/// What is handed to a job's shell in the place of its script where `ci-env` fails, so that the shell fails too.
///
/// `eval "$(berth ci-env)"` sees no exit code: without this the job would go on with the credentials of all others.
struct FailingScript {
    private let shell: Shell
    private let destination: OutputOptions.Destination
    private let bases: JobBases

    /// As `arguments` and `environment` ask for it, however little sense they make otherwise.
    init(_ arguments: CIEnvArguments, _ environment: Environment) {
        // Where not even that can be read, it is a shell that waits for a script.
        let output = (try? OutputOptions(arguments, environment: environment)) ?? OutputOptions()
        shell = output.shell
        destination = output.destination
        bases = JobBases(
            explicit: arguments.temporaryDirectory ?? environment.first("BERTH_TMP_DIR", "WERF_TMP_DIR")?.value,
            ownDirectory: CISystem.detect(in: environment).facts(in: environment).temporaryDirectory?.value,
            environment: environment)
    }

    /// Writes it to standard output, where that is what a shell evaluates.
    ///
    /// - Parameter code: What the shell ends with.
    func write(_ code: Int32) {
        guard shell.evaluates else { return }
        switch destination {
        case .standardOutput: try? StandardStream.output.write(script(code))
        case .jobDirectory: try? StandardStream.output.write(file(code) + "\n")
        case .file: break
        }
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
