internal import ArgumentParser
internal import CIEnv
internal import POSIX

/// `berth reproduce`.
struct ReproduceCommand: SpeakingCommand {
    static let name = "reproduce"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Run a CI job's commands here, in the environment that the CI system would give them.",
        usage: "berth reproduce [<system>] [<options>] [-- <command> [<argument> ...]]",
        discussion: """
            The variables are those that follow from the checkout in the working directory, or those of a snapshot that \
            berth snapshot made in a job. Logins are your own, in a docker config that goes when the command ends. Of \
            your environment the command has what makes up a session (HOME, PATH, the terminal's, the locale's, \
            proxies, the docker engine's address), and no more.

              berth reproduce gitlab -- sh ci/build.sh
              berth reproduce --from job.json --set CI_JOB_TOKEN -- bash
              eval "$(berth reproduce)"

            Without a command it prints what a shell evaluates, as ci-env does. The exit code is the command's own, as \
            with exec. The system is found out by its configuration in the checkout unless it is named. In the job, \
            BERTH_REPRODUCED is true.
            """)

    @OptionGroup var options: JobOptions

    @Option(help: ArgumentHelp("Take all variables from this snapshot, - for standard input.", valueName: "file"))
    var from: String?

    @Option(help: ArgumentHelp("The job's branch, in the place of what is checked out.", valueName: "name"))
    var branch: String?

    @Option(help: ArgumentHelp("The job's git tag.", valueName: "name"))
    var tag: String?

    @Option(help: ArgumentHelp("The job is that of the merge or pull request of this number.", valueName: "number"))
    var change: String?

    @Option(
        help: ArgumentHelp("The branch that the change is to be merged into; the default branch.", valueName: "branch"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Give the job this variable, without =value the one that you have. Fills a snapshot's secrets. Can be repeated.",
            valueName: "name[=value]"))
    var set: [String] = []

    @Flag(help: "Let the job have all of your own environment besides.")
    var keepEnv = false

    @OptionGroup var common: CommonOptions

    @Argument(parsing: .postTerminator, help: "The command and its arguments.")
    var command: [String] = []

    func run() throws {
        // Read already; nobody else on the machine is to.
        CurrentProcess.hideValues(ofOptions: ["--set"])
        let reporter = common.reporter(environment)
        guard !command.isEmpty else {
            let run = CIEnvRun(options.arguments, environment: settings, reporter: reporter)
            throw ExitCode(
                run.run { () throws(Failure) in
                    var job = try self.job(reporter)
                    let others = job.exports.filter { !JobVariable($0.name, "").isShellVariable }
                    job.exports.removeAll { export in others.contains(export) }
                    for export in others { reporter.warn("\(export.name) is left out: shells have no such names") }
                    return job
                })
        }
        let job = try job(reporter)
        var arguments = options.arguments
        arguments.system = job.system.name
        // What the CI system says of its own machines does not hold for this one.
        arguments.watch = arguments.watch ?? settings["BERTH_WATCH"] ?? CIEnvOptions.Watch.always.rawValue
        let preparation = try JobPreparation.prepare(
            arguments, environment: settings, reporter: reporter, readsOutput: false, reproducing: job)
        let keepsAll = keepEnv
        let child = JobCommand(
            command, in: preparation, environment: job.environment, reporter: reporter,
            keeping: { keepsAll || LocalJob.isOfSession($0) })
        throw ExitCode(try child.run())
    }

    /// The surroundings as far as they say what berth is to do; logins there are those of other jobs.
    private var settings: Environment {
        Environment { ["BERTH_LOGIN", "BERTH_OIDC"].contains($0) ? nil : CurrentProcess.environmentValue($0) }
    }

    private func job(_ reporter: Reporter) throws(Failure) -> ReproducedJob {
        let settings = try ReproductionSettings(set, keepsAll: keepEnv, in: environment)
        let name = options.system == "auto" ? nil : options.system
        let job: ReproducedJob
        if let from {
            let others = ["--branch": branch, "--tag": tag, "--change": change, "--target": target]
            guard name == nil, others.values.allSatisfy({ $0 == nil }) else {
                throw Failure(
                    .usage,
                    "--from says all of the job: a system, --branch, --tag, --change and --target contradict it",
                    hint: "--set changes single variables")
            }
            job = try ReproducedJob(replaying: from, settings, reporter: reporter)
        } else {
            let said = try orFail { () throws(CIEnvError) in
                try LocalJobOptions(branch: branch, tag: tag, change: change, target: target)
            }
            job = try ReproducedJob(of: name, said, settings, reporter: reporter)
        }
        // What is asked for by name is there, or it is a mistake; of what the job itself asks for some may lack.
        for text in options.login {
            _ = try orFail { () throws(CIEnvError) in
                try LoginRequest(text, from: "--login").resolve(in: job.environment)
            }
        }
        return job
    }
}
