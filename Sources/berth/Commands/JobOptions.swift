internal import ArgumentParser
internal import CIEnv

/// The options of `ci-env` and `exec`.
struct JobOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The CI system.",
            discussion: "One of auto, \(CISystem.names.joined(separator: ", ")).", valueName: "system"))
    var system: String?

    @Option(
        help: ArgumentHelp(
            "The output's format: \(Shell.acceptedNames.joined(separator: ", ")). [BERTH_SHELL, WERF_SHELL]",
            valueName: "name"))
    var shell: String?

    @Flag(
        help: """
            Write the script to a private file in the job's directory and print its path. [BERTH_AS_FILE, \
            WERF_AS_FILE]
            """)
    var asFile = false

    @Flag(help: "The same as a file of NAME=value lines. [BERTH_AS_ENV_FILE, WERF_AS_ENV_FILE]")
    var asEnvFile = false

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "Write the script to this file instead, and print nothing. [BERTH_OUTPUT_FILE_PATH, WERF_OUTPUT_FILE_PATH]",
            valueName: "path"))
    var outputFilePath: String?

    @Option(
        help: ArgumentHelp(
            """
            The directory of the docker config to inherit from; ~/.docker unless said otherwise. [BERTH_DOCKER_CONFIG, \
            WERF_DOCKER_CONFIG, DOCKER_CONFIG]
            """, valueName: "dir"))
    var dockerConfig: String?

    @Flag(
        help: """
            Inherit from the JSON in DOCKER_AUTH_CONFIG only. [BERTH_USE_DOCKER_AUTH_CONFIG, \
            WERF_USE_DOCKER_AUTH_CONFIG]
            """)
    var useDockerAuthConfig = false

    @Option(
        help: ArgumentHelp(
            "The registries whose credentials the job may see: all, none, or hosts with commas between them. [BERTH_INHERIT]",
            valueName: "hosts"))
    var inherit: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Log in to the CI system's own registry; the default. [BERTH_LOGIN_TO_REGISTRY, WERF_LOGIN_TO_REGISTRY]")
    var loginToRegistry: Bool?

    @Option(
        help: ArgumentHelp(
            """
            One more login, by the names of the variables that hold the user and the password. Can be repeated. \
            [BERTH_LOGIN, separated by blanks]
            """, valueName: "host=uservar,passwordvar"))
    var login: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            A short-lived credential for this registry in exchange for the job's OIDC token, made when a client asks \
            for it, and renewed. Can be repeated. [BERTH_OIDC, separated by blanks]
            """,
            discussion: """
                Keys: audience, token-file, token-var; role, region (AWS); tenant, client (Azure); provider, \
                service-account (Google); connection (Docker Hub); robot (Quay); provider-name (JFrog); token-url, \
                scope, user (RFC 8693).
                """, valueName: "host[=key:value,…]"))
    var oidc: [String] = []

    @Flag(
        inversion: .prefixedNo, help: "Try each login against its registry before anything is printed. [BERTH_VERIFY]")
    var verify: Bool?

    @Option(
        help: ArgumentHelp("Where job directories live. [BERTH_TMP_DIR, WERF_TMP_DIR]", valueName: "dir"))
    var tmpDir: String?

    @Option(
        help: ArgumentHelp(
            """
            The longest time that the job may keep its directory, such as 30m, 12h or 14d; the CI system's limit for \
            the job unless said otherwise, else 24h. [BERTH_TTL]
            """, valueName: "duration"))
    var ttl: String?

    @Option(
        help: ArgumentHelp(
            """
            Whether a watcher removes the directory when the job's shell ends: auto (where the machine is not thrown \
            away after the job), always or never. [BERTH_WATCH]
            """, valueName: "mode"))
    var watch: String?

    @Flag(help: "Tell on standard error what each variable was set to and what it came from.")
    var explain = false

    /// The same as the fast path has it.
    var arguments: CIEnvArguments {
        var arguments = CIEnvArguments()
        arguments.system = system
        arguments.shell = shell
        arguments.writesFile = asFile
        arguments.writesEnvFile = asEnvFile
        arguments.outputFilePath = outputFilePath
        arguments.dockerConfig = dockerConfig
        arguments.usesDockerAuthConfig = useDockerAuthConfig
        arguments.inherit = inherit
        arguments.logsInToRegistry = loginToRegistry
        arguments.logins = login
        arguments.oidc = oidc
        arguments.verifies = verify
        arguments.temporaryDirectory = tmpDir
        arguments.ttl = ttl
        arguments.watch = watch
        arguments.explains = explain
        return arguments
    }
}
