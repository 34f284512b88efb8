public import DockerConfig
internal import POSIX

/// What `ci-env` and `exec` are asked to do, with everything said: by an option, else by `BERTH_…`, else by the
/// `WERF_…` of the same meaning, else by default.
public struct CIEnvOptions: Equatable, Sendable {
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
    /// How the script is handed over; of no account for `exec`.
    public var output: OutputOptions
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
    /// Credentials in exchange for the job's OIDC token.
    public var oidc: [IdentityRequest]
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
    ///   - readsOutput: Whether there is a script to hand over.
    /// - Throws: `CIEnvError`, of the kind `usage` for an argument, `badConfiguration` for a variable.
    public init(
        _ arguments: CIEnvArguments, environment: Environment, home: String?, readsOutput: Bool = true
    ) throws(CIEnvError) {
        system = arguments.system == "auto" ? nil : arguments.system
        output = readsOutput ? try OutputOptions(arguments, environment: environment) : OutputOptions()
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
        oidc = try Self.identities(arguments, environment, besides: logins)
        verifies = try Self.verifies(arguments.verifies, in: environment)

        temporaryDirectory =
            try Setting(
                arguments.temporaryDirectory, "--tmp-dir", or: "BERTH_TMP_DIR", "WERF_TMP_DIR", in: environment)?
            .path()
        ttl = try Self.ttl(arguments, environment)
        watch = try Self.watch(arguments, environment)
        explains = arguments.explains
    }

    /// Whether logins are tried: by the argument, else by `BERTH_VERIFY`.
    ///
    /// - Throws: `CIEnvError` of the kind `badConfiguration`, where the variable says neither yes nor no.
    public static func verifies(_ argument: Bool?, in environment: Environment) throws(CIEnvError) -> Bool {
        try Setting.flag(argument, or: ("BERTH_VERIFY", "BERTH_VERIFY"), default: false, in: environment)
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

    private static func identities(
        _ arguments: CIEnvArguments, _ environment: Environment, besides logins: [LoginRequest]
    ) throws(CIEnvError) -> [IdentityRequest] {
        let requests =
            arguments.oidc.isEmpty
            ? try environment[IdentityRequest.variable].map(IdentityRequest.list) ?? []
            : try IdentityRequest.arguments(arguments.oidc)
        for request in requests where logins.contains(where: { request.isFor($0.registry) }) {
            throw CIEnvError(
                request.isArgument ? .usage : .badConfiguration,
                "\(request.source): there is a --login to \(request.registry), too",
                hint: "a host has one credential: leave one of them out")
        }
        return requests
    }

    private static func ttl(_ arguments: CIEnvArguments, _ environment: Environment) throws(CIEnvError) -> Int? {
        guard let setting = Setting(arguments.ttl, "--ttl", or: "BERTH_TTL", in: environment) else { return nil }
        guard let seconds = DurationText.seconds(setting.value) else {
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
