internal import CIEnv
internal import DockerConfig
internal import Testing

/// What `ci-env` is asked to do: by an option, else by `BERTH_…`, else by `WERF_…`, else by default.
@Suite struct CIEnvOptionsTests {
    @Test func `by default a shell that is asked nothing gets what a job needs`() throws {
        let options = try options()
        #expect(options.system == nil)
        #expect(options.output.shell == .sh)
        #expect(options.output.destination == .standardOutput)
        #expect(options.dockerConfig == "/users/u/.docker")
        #expect(!options.usesDockerAuthConfig)
        #expect(options.inheritance == .all)
        #expect(options.logsInToRegistry)
        #expect(options.logins == [])
        #expect(!options.verifies)
        #expect(options.temporaryDirectory == nil)
        #expect(options.ttl == nil)
        #expect(options.watch == .auto)
        #expect(!options.explains)
    }

    /// A setting with text for a value: how an argument says it, its variables in their order, and two values.
    struct TextSetting: CustomTestStringConvertible {
        let option: String
        let variables: [String]
        let values: [String]
        let say: @Sendable (inout CIEnvArguments, String) -> Void
        let read: @Sendable (CIEnvOptions) -> String?

        var testDescription: String { option }

        static let all: [TextSetting] = [
            .init(
                option: "--shell", variables: ["BERTH_SHELL", "WERF_SHELL"], values: ["fish", "cmd", "powershell"],
                say: { $0.shell = $1 }, read: { "\($0.output.shell)" }),
            .init(
                option: "--output-file-path", variables: ["BERTH_OUTPUT_FILE_PATH", "WERF_OUTPUT_FILE_PATH"],
                values: ["/a", "/b", "/c"], say: { $0.outputFilePath = $1 },
                read: { if case .file(let path) = $0.output.destination { path } else { nil } }),
            .init(
                option: "--docker-config", variables: ["BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG", "DOCKER_CONFIG"],
                values: ["/a", "/b", "/c", "/d"], say: { $0.dockerConfig = $1 }, read: { $0.dockerConfig }),
            .init(
                option: "--tmp-dir", variables: ["BERTH_TMP_DIR", "WERF_TMP_DIR"], values: ["/a", "/b", "/c"],
                say: { $0.temporaryDirectory = $1 }, read: { $0.temporaryDirectory }),
            .init(
                option: "--inherit", variables: ["BERTH_INHERIT"], values: ["none", "all"], say: { $0.inherit = $1 },
                read: { "\($0.inheritance)" }),
            .init(
                option: "--ttl", variables: ["BERTH_TTL"], values: ["1s", "2s"], say: { $0.ttl = $1 },
                read: { $0.ttl.map { "\($0)s" } }),
            .init(
                option: "--watch", variables: ["BERTH_WATCH"], values: ["never", "always"], say: { $0.watch = $1 },
                read: { $0.watch.rawValue }),
        ]
    }

    @Test(arguments: TextSetting.all)
    func `an option comes before its variables, and these come in their order`(setting: TextSetting) throws {
        var environment = Dictionary(uniqueKeysWithValues: zip(setting.variables, setting.values.dropFirst()))
        var arguments = CIEnvArguments()
        setting.say(&arguments, setting.values[0])
        #expect(setting.read(try options(arguments, environment)) == setting.values[0])
        for (variable, value) in zip(setting.variables, setting.values.dropFirst()) {
            #expect(setting.read(try options(CIEnvArguments(), environment)) == value)
            environment[variable] = ""
        }
        #expect(setting.read(try options(CIEnvArguments(), environment)) == setting.read(try options()))
    }

    /// A setting that is yes or no.
    struct Flag: CustomTestStringConvertible {
        let variables: [String]
        let read: @Sendable (CIEnvOptions) -> Bool

        var testDescription: String { variables[0] }

        static let all: [Flag] = [
            .init(variables: ["BERTH_AS_FILE", "WERF_AS_FILE"]) {
                $0.output.destination == .jobDirectory && $0.output.shell == .sh
            },
            .init(variables: ["BERTH_AS_ENV_FILE", "WERF_AS_ENV_FILE"]) {
                $0.output.destination == .jobDirectory && $0.output.shell == .dotenv
            },
            .init(variables: ["BERTH_USE_DOCKER_AUTH_CONFIG", "WERF_USE_DOCKER_AUTH_CONFIG"]) {
                $0.usesDockerAuthConfig
            },
            .init(variables: ["BERTH_LOGIN_TO_REGISTRY", "WERF_LOGIN_TO_REGISTRY"]) { $0.logsInToRegistry },
            .init(variables: ["BERTH_VERIFY"]) { $0.verifies },
        ]
    }

    @Test(arguments: Flag.all, ["1", "true", "TRUE", "yes", "on"])
    func `a variable says yes`(flag: Flag, yes: String) throws {
        for variable in flag.variables {
            #expect(flag.read(try options(CIEnvArguments(), [variable: yes])))
        }
    }

    @Test(arguments: Flag.all, ["0", "false", "False", "no", "off"])
    func `a variable says no, and comes before werf's`(flag: Flag, no: String) throws {
        for variable in flag.variables {
            #expect(!flag.read(try options(CIEnvArguments(), [variable: no])))
        }
        if flag.variables.count == 2 {
            #expect(!flag.read(try options(CIEnvArguments(), [flag.variables[0]: no, flag.variables[1]: "true"])))
        }
    }

    @Test func `what the command line says of logins and verifying counts`() throws {
        var arguments = CIEnvArguments()
        (arguments.logsInToRegistry, arguments.verifies) = (false, false)
        let no = try options(arguments, ["BERTH_LOGIN_TO_REGISTRY": "true", "BERTH_VERIFY": "true"])
        #expect(!no.logsInToRegistry && !no.verifies)
        (arguments.logsInToRegistry, arguments.verifies) = (true, true)
        let yes = try options(arguments, ["BERTH_LOGIN_TO_REGISTRY": "false", "BERTH_VERIFY": "false"])
        #expect(yes.logsInToRegistry && yes.verifies)
    }

    @Test func `the named system is looked for, and auto looks for none`() throws {
        var arguments = CIEnvArguments()
        arguments.system = "gitlab"
        #expect(try options(arguments).system == "gitlab")
        arguments.system = "auto"
        #expect(try options(arguments).system == nil)
    }

    @Test func `an env file is asked for on the command line whatever shell there is`() throws {
        var arguments = CIEnvArguments()
        arguments.writesEnvFile = true
        arguments.shell = "fish"
        let options = try options(arguments, ["BERTH_SHELL": "cmd"])
        #expect(options.output.shell == .dotenv)
        #expect(options.output.destination == .jobDirectory)
    }

    @Test func `a shell's file on the command line comes before an env file in the environment`() throws {
        var arguments = CIEnvArguments()
        arguments.writesFile = true
        let options = try options(arguments, ["WERF_AS_ENV_FILE": "true"])
        #expect(options.output.shell == .sh)
        #expect(options.output.destination == .jobDirectory)
    }

    @Test func `a path for the file comes before the job's directory`() throws {
        var arguments = CIEnvArguments()
        arguments.writesEnvFile = true
        arguments.outputFilePath = "/out"
        let options = try options(arguments)
        #expect(options.output.destination == .file("/out"))
        #expect(options.output.shell == .dotenv)
    }

    @Test func `without a home there is nothing to inherit from`() throws {
        #expect(try CIEnvOptions(CIEnvArguments(), environment: Environment([:]), home: nil).dockerConfig == nil)
    }

    @Test func `logins of the command line come instead of those of the environment`() throws {
        let environment = ["BERTH_LOGIN": "a.io=U,P b.io=U,P"]
        #expect(try options(CIEnvArguments(), environment).logins.map(\.registry) == ["a.io", "b.io"])
        var arguments = CIEnvArguments()
        arguments.logins = ["c.io=U,P", "d.io=U,P"]
        #expect(try options(arguments, environment).logins.map(\.registry) == ["c.io", "d.io"])
    }

    @Test func `some registries' credentials are inherited`() throws {
        var arguments = CIEnvArguments()
        arguments.inherit = "ghcr.io,harbor.example.com/team"
        let expected = ["ghcr.io", "harbor.example.com/team"].compactMap { RegistryKey($0) }
        #expect(try options(arguments).inheritance == .only(expected))
    }

    @Test(arguments: TextSetting.all.filter { ["--shell", "--inherit", "--ttl", "--watch"].contains($0.option) })
    func `a value that makes no sense is refused by the name of who said it`(setting: TextSetting) throws {
        var arguments = CIEnvArguments()
        setting.say(&arguments, "hunter2,\u{1}")
        let usage = try #require(throws: CIEnvError.self) { try options(arguments) }
        #expect(usage.kind == .usage)
        #expect(usage.text.hasPrefix("\(setting.option): "))
        let variable = try #require(setting.variables.first)
        let configuration = try #require(throws: CIEnvError.self) {
            try options(CIEnvArguments(), [variable: "hunter2,\u{1}"])
        }
        #expect(configuration.kind == .badConfiguration)
        #expect(configuration.text.hasPrefix("\(variable): "))
        for error in [usage, configuration] {
            #expect(error.hint != nil)
            #expect(!"\(error.text) \(error.hint ?? "")".contains("hunter2"))
        }
    }

    @Test(arguments: Flag.all)
    func `a variable that says neither yes nor no is refused`(flag: Flag) throws {
        for variable in flag.variables {
            let error = try #require(throws: CIEnvError.self) { try options(CIEnvArguments(), [variable: "hunter2"]) }
            #expect(error.kind == .badConfiguration)
            #expect(error.text.hasPrefix("\(variable): "))
            #expect(!"\(error.text) \(error.hint ?? "")".contains("hunter2"))
        }
    }

    private func options(
        _ arguments: CIEnvArguments = CIEnvArguments(), _ environment: [String: String] = [:]
    ) throws -> CIEnvOptions {
        try CIEnvOptions(arguments, environment: Environment(environment), home: "/users/u")
    }
}
