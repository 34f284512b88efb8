internal import ArgumentParser
internal import CIEnv
internal import DockerConfig
internal import POSIX

/// `berth login`.
struct LoginCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Log this job in to one more registry.",
        discussion: "Safe however many run at once: none is lost, and no reader sees half a file.")

    @Argument(help: "The registry: host or host:port.")
    var registry: String

    @Option(name: .shortAndLong, help: "The user.")
    var username: String

    @Flag(help: "Read the password from standard input. There is no other way: everybody sees a command's arguments.")
    var passwordStdin = false

    @Flag(inversion: .prefixedNo, help: "Try the login against the registry first. [BERTH_VERIFY]")
    var verify: Bool?

    @OptionGroup var target: ConfigTarget
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard passwordStdin else {
            throw ValidationError("--password-stdin is missing: the password comes from standard input")
        }
    }

    func run() throws {
        let environment = environment
        let key = try RegistryKey.named(registry)
        let editor = try target.editor(environment)
        let credential = Credential(helperUsername: username, secret: try Self.password())
        if try orFail({ () throws(CIEnvError) in try CIEnvOptions.verifies(verify, in: environment) }) {
            let signal = try LoginVerification(environment: environment).verify([(key, credential)])
            if let signal { CurrentProcess.die(of: signal) }
        }
        do throws(DockerConfigError) {
            try editor.login(key, credential)
        } catch {
            throw Failure(error)
        }
        common.reporter(environment).note("logged in to \(key) as \(username)")
    }

    /// All of standard input but for the newline that `echo` puts at its end, as docker takes it.
    private static func password() throws(Failure) -> Secret {
        let bytes: [UInt8]
        do { bytes = try StandardStream.input.readAll(limit: 1 << 20) } catch { throw Failure(error) }
        var rest = bytes[...]
        if rest.last == UInt8(ascii: "\n") { rest.removeLast() }
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        guard let text = String(validating: rest, as: UTF8.self), !text.isEmpty else {
            throw Failure(
                .badConfiguration, "standard input holds no password\(rest.isEmpty ? "" : " that is text")",
                hint: "is the variable set that it comes from?")
        }
        return Secret(text)
    }
}

/// `berth logout`.
struct LogoutCommand: SpeakingCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Take a registry's credentials out of this job's docker config.")

    @Argument(help: "The registry: host or host:port.")
    var registry: String

    @OptionGroup var target: ConfigTarget
    @OptionGroup var common: CommonOptions

    func run() throws {
        let key = try RegistryKey.named(registry)
        let editor = try target.editor(environment)
        let wasThere: Bool
        do throws(DockerConfigError) {
            wasThere = try editor.logout(key)
            if target.dockerConfig == nil, let job = JobCredentials.job(environment) {
                try JobCredentialProvider(job: job, environment: environment).forget(key)
            }
        } catch {
            throw Failure(error)
        }
        common.reporter(environment).note(wasThere ? "logged out of \(key)" : "not logged in to \(key)")
    }
}

/// Which docker config `login` and `logout` change.
struct ConfigTarget: ParsableArguments {
    @Option(help: ArgumentHelp("The directory of a docker config to change, instead of this job's.", valueName: "dir"))
    var dockerConfig: String?

    func editor(_ environment: Environment) throws(Failure) -> ConfigEditor {
        if let dockerConfig = try dockerConfig.asPath(of: "--docker-config") {
            return ConfigEditor(path: "\(dockerConfig)/config.json")
        }
        guard let job = environment["BERTH_JOB"] else {
            throw Failure(
                .badConfiguration, "there is no job to log in: BERTH_JOB is not set",
                hint: "berth ci-env sets it; --docker-config names another config")
        }
        return JobFiles(job).editor
    }
}

extension RegistryKey {
    /// The registry that a person wrote on a command line.
    static func named(_ text: String) throws(Failure) -> RegistryKey {
        guard let key = RegistryKey(text) else { throw Failure(.usage, "the registry's name has no host") }
        return key
    }
}
