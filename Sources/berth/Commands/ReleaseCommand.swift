internal import ArgumentParser
internal import CIEnv
internal import POSIX

/// `berth release`.
struct ReleaseCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Remove this job's directory now.",
        discussion: "Nothing is left to do where it is gone already.")

    @Option(help: ArgumentHelp("The directory to remove. [BERTH_JOB]", valueName: "dir"))
    var job: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        guard let path = try job.asPath(of: "--job") ?? environment["BERTH_JOB"] else {
            throw Failure(
                .badConfiguration, "there is no job to release: BERTH_JOB is not set",
                hint: "berth ci-env sets it; --job names another directory")
        }
        do throws(CIEnvError) {
            let wasThere = try JobDirectory.release(path, user: CurrentProcess.user)
            common.reporter(environment).debug("\(path) \(wasThere ? "removed" : "was gone already")")
        } catch {
            throw Failure(error)
        }
    }
}
