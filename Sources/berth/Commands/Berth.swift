internal import ArgumentParser
internal import CIEnv
internal import POSIX

/// The command line as a whole.
struct Berth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "A docker config of its own for every CI job.",
        discussion: """
            In a job's script:

              eval "$(berth ci-env || echo exit 1)"

            Exit codes: 0 done, 1 failed otherwise, 2 partly done, 64 usage, 65 bad data, 69 unreachable, 75 try again \
            later, 77 not allowed, 78 bad configuration.
            """,
        version: Version.text,
        subcommands: [
            CIEnvCommand.self, ExecCommand.self, ReleaseCommand.self, GCCommand.self, LoginCommand.self,
            LogoutCommand.self, CredentialCommand.self, TagsCommand.self, InspectCommand.self, CopyCommand.self,
            DeleteCommand.self, CleanupCommand.self, CheckCommand.self, DetectCommand.self, DoctorCommand.self,
            ReproduceCommand.self, SnapshotCommand.self,
        ])

    /// Parses and runs a command line, and tells a person what went wrong.
    ///
    /// - Returns: The exit code.
    static func run(_ words: [String], environment: Environment) -> Int32 {
        var reporter = Reporter(environment)
        do {
            var command = try parseAsRoot(words)
            if let speaking = command as? any SpeakingCommand { reporter = speaking.common.reporter(environment) }
            try command.run()
            return ExitStatus.success.rawValue
        } catch let failure as Failure {
            reporter.report(failure)
            return failure.status.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return end(by: error, words, environment)
        }
    }

    /// Help and the version are results; everything else that ArgumentParser has to say is a mistake in the usage.
    private static func end(by error: any Error, _ words: [String], _ environment: Environment) -> Int32 {
        guard exitCode(for: error) != .success else { return write(fullMessage(for: error), environment) }
        let command = words.first.flatMap { name in configuration.subcommands.first { $0._commandName == name } }
        let failure = Failure(
            .usage, message(for: error),
            hint: "berth \(command.map { $0._commandName + " " } ?? "")--help tells what there is")
        Reporter(environment).report(failure)
        let own = words.prefix { $0 != "--" }
        // Where there is a command behind the dashes, no shell waits for a script.
        if own.contains(CIEnvCommand.name) || own.contains(ReproduceCommand.name) && own.count == words.count {
            CIEnvRun.failEvaluatingShell(words, environment, failure.status)
        }
        return failure.status.rawValue
    }

    private static func write(_ text: String, _ environment: Environment) -> Int32 {
        do {
            try StandardStream.output.write(text + "\n")
            return ExitStatus.success.rawValue
        } catch {
            let failure = Failure(error)
            Reporter(environment).report(failure)
            return failure.status.rawValue
        }
    }
}

/// A command with options that say how it speaks to people.
protocol SpeakingCommand: ParsableCommand {
    var common: CommonOptions { get }
}

extension ParsableCommand {
    /// The surroundings that a command line cannot say.
    var environment: Environment { Environment { CurrentProcess.environmentValue($0) } }
}
