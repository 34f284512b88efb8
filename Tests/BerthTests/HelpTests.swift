internal import ArgumentParser
internal import Testing

@testable internal import berth

/// `--help` tells all that is promised.
@Suite struct HelpTests {
    /// Each flag of `ci-env`, and the variables that say the same.
    static let promised: [(flag: String, variables: [String])] = [
        ("--shell", ["BERTH_SHELL", "WERF_SHELL"]),
        ("--as-file", ["BERTH_AS_FILE", "WERF_AS_FILE"]),
        ("--as-env-file", ["BERTH_AS_ENV_FILE", "WERF_AS_ENV_FILE"]),
        ("-o, --output-file-path", ["BERTH_OUTPUT_FILE_PATH", "WERF_OUTPUT_FILE_PATH"]),
        ("--docker-config", ["BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG", "DOCKER_CONFIG"]),
        ("--use-docker-auth-config", ["BERTH_USE_DOCKER_AUTH_CONFIG", "WERF_USE_DOCKER_AUTH_CONFIG"]),
        ("--inherit", ["BERTH_INHERIT"]),
        ("--login-to-registry", ["BERTH_LOGIN_TO_REGISTRY", "WERF_LOGIN_TO_REGISTRY"]),
        ("--no-login-to-registry", ["BERTH_LOGIN_TO_REGISTRY", "WERF_LOGIN_TO_REGISTRY"]),
        ("--login", ["BERTH_LOGIN"]),
        ("--oidc", ["BERTH_OIDC"]),
        ("--verify", ["BERTH_VERIFY"]),
        ("--no-verify", ["BERTH_VERIFY"]),
        ("--tmp-dir", ["BERTH_TMP_DIR", "WERF_TMP_DIR"]),
        ("--ttl", ["BERTH_TTL"]),
        ("--watch", ["BERTH_WATCH"]),
        ("--explain", []),
        ("-v, --verbose", ["BERTH_VERBOSE"]),
        ("-q, --quiet", []),
        ("--color", ["NO_COLOR"]),
        ("-h, --help", []),
        ("--version", []),
    ]

    /// What stands in the help about one flag: its line and the lines up to the next flag.
    private func entry(for flag: String, in help: String) -> String? {
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        func words(_ line: Substring) -> [Substring] { line.split { $0 == " " || $0 == "/" || $0 == "," } }
        let wanted = words(flag[...])
        guard
            let start = lines.firstIndex(where: { line in
                line.hasPrefix("  -") && wanted.allSatisfy(words(line).contains)
            })
        else { return nil }
        let rest = lines[(start + 1)...].prefix { !$0.hasPrefix("  -") }
        return ([lines[start]] + rest).flatMap { $0.split(separator: " ") }.joined(separator: " ")
    }

    @Test(arguments: [80, 120, 200], promised)
    func `each flag stands in the help of ci-env with its variables`(
        columns: Int, promise: (flag: String, variables: [String])
    ) throws {
        let help = Berth.helpMessage(for: CIEnvCommand.self, columns: columns)
        let text = try #require(entry(for: promise.flag, in: help), "\(promise.flag) is not there")
        for variable in promise.variables {
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
            #expect(words.contains(variable[...]), "\(variable) is not said of \(promise.flag): \(text)")
        }
    }

    @Test(arguments: promised)
    func `exec has the flags of ci-env`(promise: (flag: String, variables: [String])) {
        #expect(entry(for: promise.flag, in: Berth.helpMessage(for: ExecCommand.self, columns: 120)) != nil)
    }

    /// The systems that can be named.
    static let systems = [
        "auto", "gitlab", "github", "gitea", "forgejo", "jenkins", "circleci", "azure-pipelines", "bitbucket",
        "buildkite", "travis", "drone", "woodpecker", "teamcity", "appveyor", "codebuild", "cloudbuild", "semaphore",
        "codefresh", "cirrus", "tekton", "generic",
    ]

    /// The shells that can be named.
    static let shells = [
        "sh", "default", "bash", "zsh", "dash", "ksh", "fish", "powershell", "pwsh", "cmd", "cmdexe", "nushell", "csh",
        "dotenv", "json", "github",
    ]

    @Test(arguments: systems + shells)
    func `each system and each shell is named in the help of ci-env`(name: String) {
        let help = Berth.helpMessage(for: CIEnvCommand.self, columns: 120)
        let words = help.split { !($0.isLetter || $0.isNumber || $0 == "-") }
        #expect(words.contains(name[...]))
    }

    private static let commands = ["ci-env", "exec", "release", "gc", "login", "logout", "credential"]

    @Test(arguments: commands)
    func `each command stands in the help of the program`(name: String) {
        let lines = Berth.helpMessage(columns: 120).split(separator: "\n")
        #expect(lines.contains { $0.split(separator: " ").first == name[...] })
    }

    @Test func `the exit codes stand in the help of the program`() {
        let help = Berth.helpMessage(columns: 1000)
        for status in ExitStatus.allCases { #expect(help.contains(" \(status.rawValue) "), "\(status)") }
    }

    @Test(arguments: commands)
    func `each command tells what it is for and how it is called`(name: String) throws {
        let command = try #require(Berth.configuration.subcommands.first { $0._commandName == name })
        let help = Berth.helpMessage(for: command, columns: 80)
        #expect(help.contains("OVERVIEW: ") && help.contains("USAGE: berth \(name)"))
    }
}
