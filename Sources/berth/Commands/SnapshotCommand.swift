internal import ArgumentParser
internal import CIEnv
internal import DockerConfig
internal import JSON
internal import POSIX
internal import Registry

/// `berth snapshot`.
struct SnapshotCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Write this job's environment down, without its secrets, for berth reproduce --from.",
        discussion: #"""
            Prints {"version": 1, "system", "createdAt", "variables": {"NAME": "value"}, "secrets": ["NAME"]}. In the \#
            place of each secret stands {{NAME}}, and NAME in secrets: in the variable itself, and in others that have \#
            it in them. Where a secret stands in another one in any encoding (Base64, a URL's, JSON's, hexadecimal), \#
            or is too short to be told apart, that is replaced as a whole.

            Secrets are what the CI system and berth have in known variables, what is called like one or looks like one, \#
            and the logins of the job's docker config. In doubt it is a secret: look at what standard error says.
            """#)

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "Write it to this file, which nobody else can read, in the place of what is there.", valueName: "path"))
    var outputFilePath: String?

    @Option(
        help: ArgumentHelp("This variable is a secret, whatever it looks like. Can be repeated.", valueName: "name"))
    var secret: [String] = []

    @Option(
        help: ArgumentHelp(
            "This variable is no secret, although it looks like one. Can be repeated.", valueName: "name"))
    var keep: [String] = []

    @OptionGroup var common: CommonOptions

    func run() throws {
        let environment = environment
        let reporter = common.reporter(environment)
        let path = try outputFilePath.asPath(of: "--output-file-path")
        let system = CISystem.detect(in: environment)
        let variables = variables(reporter)
        for name in secret where !variables.contains(where: { $0.name == name }) {
            reporter.warn("--secret: there is no variable \(name)")
        }
        let maker = try orFail { () throws(CIEnvError) in
            try SnapshotMaker(
                system, variables, job: environment["BERTH_JOB"] ?? JobCredentials.job(environment), named: secret,
                kept: keep)
        }
        let time = Timestamp(secondsSince1970: Moment.now.wall).description
        let result = maker.make(at: time, besides: logins(environment, reporter))
        try write(result.snapshot.json.text(indented: true), to: path)
        tell(result, reporter)
    }

    /// The environment of this process, as far as it is text.
    private func variables(_ reporter: Reporter) -> [JobVariable] {
        CurrentProcess.environment.compactMap { name, value in
            guard let name = String(validating: name, as: UTF8.self),
                let value = String(validating: value, as: UTF8.self)
            else {
                reporter.warn("\(String(decoding: name, as: UTF8.self)) is left out: it is not UTF-8")
                return nil
            }
            return JobVariable(name, value)
        }
    }

    /// The secrets of the docker config that is in force.
    private func logins(_ environment: Environment, _ reporter: Reporter) -> [Secret] {
        guard let directory = environment["DOCKER_CONFIG"] ?? environment["HOME"].map({ "\($0)/.docker" }) else {
            return []
        }
        do throws(DockerConfigError) {
            return Credential.secrets(of: try DockerConfigFile.load("\(directory)/config.json").auths)
        } catch {
            reporter.warn("the docker config's logins cannot be looked for: \(error.text)")
            return []
        }
    }

    private func write(_ text: String, to path: String?) throws(Failure) {
        do throws(SystemError) {
            guard let path else { return try StandardStream.output.write(text) }
            try Delivery.put(Array(text.utf8), at: path)
        } catch {
            throw Failure(error)
        }
    }

    /// Says what was replaced, and why, so that a person can see what is missing and what is too much.
    private func tell(_ result: SnapshotMaker.Result, _ reporter: Reporter) {
        func tell(_ what: String, _ names: [String]) {
            if !names.isEmpty { reporter.note("\(what): \(names.joined(separator: ", "))") }
        }
        func names(_ reasons: SnapshotMaker.Reason...) -> [String] {
            result.replaced.filter { reasons.contains($0.reason) }.map(\.name)
        }
        reporter.note(
            "\(result.snapshot.variables.count) variables of \(result.snapshot.system), \(result.snapshot.secrets.count)"
                + " placeholders")
        tell("secrets", names(.known, .named))
        tell("called like a secret", names(.name))
        tell("looks like a secret", names(.value))
        tell("has a secret in it that cannot be told apart", names(.holdsAnother))
        tell("has placeholders in it", result.masked)
    }
}
