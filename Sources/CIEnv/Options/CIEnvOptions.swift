public import DockerConfig

/// What `ci-env` and `exec` are asked to do, with everything said: by an option, else by `BERTH_…`, else by the
/// `WERF_…` of the same meaning, else by default.
public struct CIEnvOptions: Equatable, Sendable {
    /// Where the script goes.
    public enum Destination: Equatable, Sendable {
        /// To standard output, or for ``Shell/github`` to the runner's files.
        case standardOutput
        /// Into the job's directory; its path goes to standard output.
        case jobDirectory
        /// Into this file, and nothing to standard output.
        case file(String)
    }

    /// Whether a watcher removes the directory when the job's shell ends.
    public enum Watch: String, CaseIterable, Sendable {
        /// Where the machine is not thrown away after the job.
        case auto
        /// Always.
        case always
        /// Never.
        case never
    }

    /// The CI system's name, or `nil` to find it out.
    public var system: String?
    /// The format of the script.
    public var shell: Shell
    /// Where the script goes.
    public var destination: Destination
    /// The directory of the docker config that the job inherits from; `nil` where nobody has a home.
    public var dockerConfig: String?
    /// Whether the job inherits from `$DOCKER_AUTH_CONFIG` only.
    public var usesDockerAuthConfig: Bool
    /// Whose credentials the job may see.
    public var inheritance: Inheritance
    /// Whether the CI system's own registry credentials are put in.
    public var logsInToRegistry: Bool
    /// Further logins.
    public var logins: [LoginRequest]
    /// Whether logins are tried.
    public var verifies: Bool
    /// The base of the job directories, where it is not left to berth.
    public var temporaryDirectory: String?
    /// The lease's longest life in seconds, where it is not left to the CI system.
    public var ttl: Int?
    /// Whether the job's shell is watched.
    public var watch: Watch
    /// Whether what comes from where is told.
    public var explains: Bool

    /// The options that `arguments` and `environment` amount to.
    ///
    /// - Parameters:
    ///   - arguments: What stood on the command line.
    ///   - environment: The job's variables.
    ///   - home: The user's home directory.
    /// - Throws: `CIEnvError`, of the kind `usage` for an argument, `badConfiguration` for a variable.
    public init(
        _ arguments: CIEnvArguments, environment: Environment, home: String?
    ) throws(CIEnvError) {
        system = arguments.system == "auto" ? nil : arguments.system
        let isEnvFile = try Setting.flag(
            arguments.writesEnvFile ? true : nil, or: ("BERTH_AS_ENV_FILE", "WERF_AS_ENV_FILE"), default: false,
            in: environment)
        let isFile = try Setting.flag(
            arguments.writesFile ? true : nil, or: ("BERTH_AS_FILE", "WERF_AS_FILE"), default: false, in: environment)
        // Asked for a shell's script here and an env file elsewhere, the command line is what was meant.
        let wantsEnvFile = isEnvFile && (arguments.writesEnvFile || !arguments.writesFile)
        let named = try Self.shell(arguments, environment)
        shell = wantsEnvFile ? .dotenv : named
        let output = Setting(
            arguments.outputFilePath, "--output-file-path", or: "BERTH_OUTPUT_FILE_PATH", "WERF_OUTPUT_FILE_PATH",
            in: environment)
        destination =
            try output.map { setting throws(CIEnvError) in .file(try setting.path()) }
            ?? (isFile || wantsEnvFile ? .jobDirectory : .standardOutput)

        dockerConfig =
            try Setting(
                arguments.dockerConfig, "--docker-config", or: "BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG",
                "DOCKER_CONFIG", in: environment)?.path() ?? home.map { "\($0)/.docker" }
        usesDockerAuthConfig = try Setting.flag(
            arguments.usesDockerAuthConfig ? true : nil,
            or: ("BERTH_USE_DOCKER_AUTH_CONFIG", "WERF_USE_DOCKER_AUTH_CONFIG"), default: false, in: environment)
        inheritance = try Self.inheritance(arguments, environment)
        logsInToRegistry = try Setting.flag(
            arguments.logsInToRegistry, or: ("BERTH_LOGIN_TO_REGISTRY", "WERF_LOGIN_TO_REGISTRY"), default: true,
            in: environment)
        logins = try Self.logins(arguments, environment)
        verifies = try Setting.flag(
            arguments.verifies, or: ("BERTH_VERIFY", "BERTH_VERIFY"), default: false, in: environment)

        temporaryDirectory =
            try Setting(
                arguments.temporaryDirectory, "--tmp-dir", or: "BERTH_TMP_DIR", "WERF_TMP_DIR", in: environment)?
            .path()
        ttl = try Self.ttl(arguments, environment)
        watch = try Self.watch(arguments, environment)
        explains = arguments.explains
        if let oidc = Setting(arguments.oidc.first, "--oidc", or: "BERTH_OIDC", in: environment) {
            throw oidc.error(
                "this version of berth cannot exchange OIDC tokens yet",
                hint: "use --login with a token of the registry")
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

    private static func inheritance(
        _ arguments: CIEnvArguments, _ environment: Environment
    ) throws(CIEnvError) -> Inheritance {
        guard let setting = Setting(arguments.inherit, "--inherit", or: "BERTH_INHERIT", in: environment) else {
            return .all
        }
        guard let inheritance = Inheritance(setting.value) else {
            throw setting.error("not a list of registries", hint: "all, none, or hosts with commas between them")
        }
        return inheritance
    }

    private static func logins(
        _ arguments: CIEnvArguments, _ environment: Environment
    ) throws(CIEnvError) -> [LoginRequest] {
        if !arguments.logins.isEmpty {
            var requests: [LoginRequest] = []
            for text in arguments.logins { requests.append(try LoginRequest(text, from: "--login")) }
            return requests
        }
        return try environment["BERTH_LOGIN"].map(LoginRequest.list) ?? []
    }

    private static func ttl(_ arguments: CIEnvArguments, _ environment: Environment) throws(CIEnvError) -> Int? {
        guard let setting = Setting(arguments.ttl, "--ttl", or: "BERTH_TTL", in: environment) else { return nil }
        guard let seconds = LeaseDuration.seconds(setting.value) else {
            throw setting.error("not a duration", hint: "such as 90s, 30m, 12h, 14d, 2w or 1h30m")
        }
        return seconds
    }

    private static func watch(_ arguments: CIEnvArguments, _ environment: Environment) throws(CIEnvError) -> Watch {
        guard let setting = Setting(arguments.watch, "--watch", or: "BERTH_WATCH", in: environment) else {
            return .auto
        }
        guard let watch = Watch(rawValue: setting.value) else {
            throw setting.error("no such mode", hint: "auto, always or never")
        }
        return watch
    }
}
