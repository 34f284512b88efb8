internal import TestSupport
internal import Testing

/// `berth snapshot` inside of a job.
@Suite struct SnapshotCommandTests {
    private static let token = "glcbt-64_unmistakable+of/job~1"
    private static let password = #"p%ss "word" of\job & more"#

    /// A job whose secrets stand about in others' values.
    static func environment(_ machine: borrowing Machine) -> [String: String] {
        let login = basicAuth("job", password)
        return machine.gitlabJob("1", registry: "r.example.com", user: "job", password: password).merging([
            "CI_JOB_TOKEN": token,
            "CI_REPOSITORY_URL": "https://gitlab-ci-token:\(token)@gitlab.example.com/group/app.git",
            "DOCKER_AUTH_CONFIG": #"{"auths":{"r.example.com":{"auth":"\#(login)"}}}"#,
            "HEADER": "x \(login)", "DOUBLE": base64(Array(login.utf8)),
            "QUERY": "a=\(percentEncoded(Array(password.utf8)))&b=c",
            "BUILD_KEY": "4f9d8c7b6a5e4d3c2b1a09f8e7d6c5b4", "TITLE": "Fix \"it\"\nand 日本語 $(that)", "EMPTY": "",
            "USE_TOKEN": "true",
        ]) { $1 }
    }

    /// The secrets in every form in which they must not stand in a snapshot.
    private static var forms: [String] {
        [token, password].flatMap { secret -> [String] in
            let bytes = Array(secret.utf8)
            return base64Alignments(bytes) + [secret, percentEncoded(bytes), percentEncoded(bytes, isCapital: false)]
        } + [basicAuth("job", password), base64(Array(basicAuth("job", password).utf8))]
    }

    @Test func noSecretIsInItAndAllElseIs() async throws {
        let machine = try Machine()
        let environment = Self.environment(machine)
        let outcome = try await berth(["snapshot"], environment).succeed()
        for form in Self.forms { #expect(!outcome.text.contains(form), "\(form)") }
        for (name, value) in environment where !Self.hidden.contains(name) {
            let found = try await jq(".variables[\"\(name)\"] == $value", outcome.output, ["--arg", "value", value])
            #expect(found == "true", "\(name)")
        }
        #expect(try await jq(".secrets", outcome.output) == Self.placeholders)
        let summary = try await jq("[.version, .system, (.createdAt|test(\"^2[-0-9]+T[:0-9]+Z$\"))]", outcome.output)
        #expect(summary == #"[1,"gitlab",true]"#)
        let url = try await jq(".variables.CI_REPOSITORY_URL", outcome.output)
        #expect(url == #""https://gitlab-ci-token:{{CI_JOB_TOKEN}}@gitlab.example.com/group/app.git""#)
    }

    static let hidden: Set<String> = [
        "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_REPOSITORY_URL", "DOCKER_AUTH_CONFIG", "HEADER", "DOUBLE", "QUERY",
        "BUILD_KEY",
    ]
    private static let placeholders =
        #"["BUILD_KEY","CI_JOB_TOKEN","CI_REGISTRY_PASSWORD","DOCKER_AUTH_CONFIG","DOUBLE","HEADER","QUERY"]"#

    @Test func standardErrorTellsWhatWasReplacedAndQuietSaysNothing() async throws {
        let machine = try Machine()
        let environment = Self.environment(machine)
        let outcome = try await berth(["snapshot"], environment).succeed()
        #expect(outcome.errorText.contains("secrets: CI_JOB_TOKEN, CI_REGISTRY_PASSWORD, DOCKER_AUTH_CONFIG\n"))
        #expect(outcome.errorText.contains("has placeholders in it: CI_REPOSITORY_URL\n"))
        for form in Self.forms { #expect(!outcome.errorText.contains(form)) }
        #expect(try await berth(["snapshot", "-q"], environment).succeed().errorText == "")
    }

    @Test func aFileIsPrivateAndTakesTheOthersPlace() async throws {
        let machine = try Machine()
        let path = try machine.scratch.file("job.json", "old", mode: 0o644)
        let outcome = try await berth(["snapshot", "-q", "-o", path], Self.environment(machine)).succeed()
        #expect(outcome.output == [])
        #expect(Files.mode(path) == 0o600)
        #expect(try await jq(".version", file: path) == "1")
    }

    @Test func insideOfBerthsOwnJobNothingOfThatIsInIt() async throws {
        let machine = try Machine()
        let outcome = try await job("berth snapshot -q; echo; echo $BERTH_JOB", Self.environment(machine)).succeed()
        let directory = try #require(outcome.lines.last)
        #expect(directory.hasPrefix(machine.root))
        let text = outcome.text.split(separator: "\n").dropLast().joined(separator: "\n")
        #expect(!text.contains(directory))
        #expect(!text.contains(#""BERTH_JOB""#) && !text.contains("REGISTRY_AUTH_FILE"))
        for form in Self.forms { #expect(!text.contains(form)) }
    }

    @Test func theLoginsOfTheDockerConfigAreNotInIt() async throws {
        let machine = try Machine()
        try machine.writeDockerConfig(dockerConfig([("r.example.com", "me", "opensesame")]))
        let environment = machine.environment.merging(["ARGUMENTS": "-p opensesame", "OTHER": "x"]) { $1 }
        let outcome = try await berth(["snapshot", "-q"], environment).succeed()
        #expect(!outcome.text.contains("opensesame"))
        #expect(try await jq("[.variables.ARGUMENTS, .variables.OTHER]", outcome.output) == #"["{{ARGUMENTS}}","x"]"#)
    }

    @Test func aKnownSecretIsNotKeptAndAnotherIs() async throws {
        let machine = try Machine()
        let environment = Self.environment(machine)
        let refused = try await berth(["snapshot", "--keep", "CI_JOB_TOKEN"], environment).run()
        #expect(refused.status == 64)
        #expect(refused.output == [])
        #expect(!refused.errorText.contains(Self.token))
        let kept = try await berth(["snapshot", "-q", "--keep", "BUILD_KEY", "--secret", "TITLE"], environment)
            .succeed()
        #expect(
            try await jq("[.variables.BUILD_KEY, .variables.TITLE]", kept.output)
                == #"["4f9d8c7b6a5e4d3c2b1a09f8e7d6c5b4","{{TITLE}}"]"#)
    }

    @Test func aValueThatIsNoTextIsLeftOutAndNamed() async throws {
        let machine = try Machine()
        let outcome = try await Command.shell(
            #"NO_TEXT=$(printf 'a\377b') berth snapshot"#, in: "bash",
            environment: machine.environment.merging(["LC_ALL": "C"]) { $1 }
        ).run()
        #expect(outcome.status == 0)
        #expect(outcome.errorText.contains("NO_TEXT is left out: it is not UTF-8"))
        #expect(try await jq(".variables.NO_TEXT", outcome.output) == "null")
    }
}
