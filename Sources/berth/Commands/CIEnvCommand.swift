internal import ArgumentParser
internal import CIEnv

/// `berth ci-env`.
struct CIEnvCommand: SpeakingCommand {
    static let name = "ci-env"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Give this job a docker config of its own.",
        discussion: """
            Prints what the job's shell evaluates:

              eval "$(berth ci-env || echo exit 1)"       sh, bash, zsh, ksh
              berth ci-env --shell fish | source; or exit 1
              berth ci-env --shell github                 a step of a GitHub workflow

            The directory goes when the shell ends, when berth release says so, or when the lease has ended.
            """)

    @OptionGroup var options: JobOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        let environment = environment
        let run = CIEnvRun(options.arguments, environment: environment, reporter: common.reporter(environment))
        throw ExitCode(run.run())
    }
}
