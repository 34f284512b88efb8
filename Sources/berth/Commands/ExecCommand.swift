internal import ArgumentParser
internal import CIEnv
internal import POSIX

/// `berth exec`.
struct ExecCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a command with a docker config of its own, which goes when the command ends.",
        usage: "berth exec [<system>] [<options>] -- <command> [<argument> ...]",
        discussion: """
            The exit code is the command's own: 128 + n where signal n ended it, 126 where it cannot be executed, 127 \
            where it is not found. Options that say how ci-env writes its script count for nothing here.
            """)

    @OptionGroup var options: JobOptions
    @OptionGroup var common: CommonOptions

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else { throw ValidationError("there is no command behind --") }
    }

    func run() throws {
        let environment = environment
        let reporter = common.reporter(environment)
        let preparation = try JobPreparation.prepare(
            options.arguments, environment: environment, reporter: reporter, readsOutput: false)
        let command = JobCommand(command, in: preparation, environment: environment, reporter: reporter)
        throw ExitCode(try command.run())
    }
}
