internal import TestSupport
internal import Testing

/// Where the registry commands find a login, in every form and place that docker and podman have.
@Suite("A login for the registry commands", .serialized)
struct CredentialSourceTests {
    private static let password = LoopbackRegistry.password(of: "me")

    /// A registry with passwords, one image as `group/app:1`, and a machine without a login.
    private func site(_ access: Access = .htpasswd) async throws -> Site {
        let site = try await Site(access)
        try await site.registry.store([.image(tags: ["1"])], as: "group/app")
        try await Command("rm", ["\(site.machine.home)/.docker/config.json"]).succeed()
        return site
    }

    private func expectIn(
        _ site: borrowing Site, _ options: [String] = [], _ variables: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await site.berth(["tags", "\(site.address)/group/app"] + options, variables).run()
        #expect(
            outcome.status == 0 && outcome.lines == ["1"], "\(outcome.errorText)", sourceLocation: sourceLocation)
        expectNoSecret(outcome, sourceLocation: sourceLocation)
    }

    @Test(
        "is the host's, or that of the part of it that the repository lies in", arguments: ["", "/group", "/group/app"])
    func paths(path: String) async throws {
        let site = try await site()
        var logins = [(host: site.address + path, user: "me", password: Self.password)]
        if !path.isEmpty { logins.append((host: site.address, user: "me", password: "wr0ng")) }
        try site.machine.writeDockerConfig(dockerConfig(logins))
        try await expectIn(site)
    }

    /// Variables with a directory that has docker's config.
    static let directories = ["BERTH_DOCKER_CONFIG", "WERF_DOCKER_CONFIG", "DOCKER_CONFIG"]

    @Test("is looked for in the docker config that is named", arguments: ["--docker-config"] + directories)
    func namedConfig(name: String) async throws {
        let site = try await site()
        let folder = try site.machine.scratch.directory("named")
        try Files.write(
            dockerConfig([(host: site.address, user: "me", password: Self.password)]), to: "\(folder)/config.json")
        if name.hasPrefix("--") {
            try await expectIn(site, [name, folder])
        } else {
            try await expectIn(site, [], [name: folder])
        }
    }

    @Test("counts by the option first, then berth's variable, then werf's, then docker's")
    func order() async throws {
        let site = try await site()
        for name in ["good", "bad"] {
            let folder = try site.machine.scratch.directory(name)
            let password = name == "good" ? Self.password : "wr0ng"
            try Files.write(
                dockerConfig([(host: site.address, user: "me", password: password)]), to: "\(folder)/config.json")
        }
        let (good, bad) = (site.machine.path("good"), site.machine.path("bad"))
        try await expectIn(site, ["--docker-config", good], ["BERTH_DOCKER_CONFIG": bad])
        try await expectIn(site, [], ["BERTH_DOCKER_CONFIG": good, "WERF_DOCKER_CONFIG": bad])
        try await expectIn(site, [], ["WERF_DOCKER_CONFIG": good, "DOCKER_CONFIG": bad])
    }

    @Test(
        "is looked for in podman's files",
        arguments: ["REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "HOME"])
    func podman(place: String) async throws {
        let site = try await site()
        let folder = place == "HOME" ? "\(site.machine.home)/.config" : site.machine.path("podman")
        try await Command("mkdir", ["-p", "\(folder)/containers"]).succeed()
        let file = "\(folder)/containers/auth.json"
        try Files.write(dockerConfig([(host: site.address, user: "me", password: Self.password)]), to: file)
        let value = place == "REGISTRY_AUTH_FILE" ? file : folder
        try await expectIn(site, [], place == "HOME" ? [:] : [place: value])
        // A config that is named is the only one.
        let empty = try site.machine.scratch.directory("empty")
        let outcome = try await site.berth(
            ["tags", "\(site.address)/group/app", "--docker-config", empty], place == "HOME" ? [:] : [place: value]
        ).run()
        expectFailure(outcome, 77)
    }

    @Test("is looked for in DOCKER_AUTH_CONFIG")
    func variable() async throws {
        let site = try await site()
        let text = dockerConfig([(host: site.address, user: "me", password: Self.password)])
        try await expectIn(site, [], ["DOCKER_AUTH_CONFIG": text])
    }

    /// Puts a credential helper for the user `me` into the search path, which writes down what it is asked for.
    private func writeHelper(_ script: String, on machine: borrowing Machine) throws -> [String: String] {
        let folder = try machine.scratch.directory("bin")
        try Files.write("#!/bin/sh\n\(script)\n", to: "\(folder)/docker-credential-x", mode: 0o755)
        return ["PATH": "\(folder):\(Command.searchPath)"]
    }

    @Test("comes from a helper program, that of the host or that for all", arguments: ["credHelpers", "credsStore"])
    func helper(kind: String) async throws {
        let site = try await site()
        let script = """
            read -r server; echo "$1 $server" >>"\(site.machine.path("asked"))"
            [ "$server" = "\(site.address)" ] || { echo 'credentials not found in native keychain'; exit 1; }
            echo '{"ServerURL": "", "Username": "me", "Secret": "\(Self.password)"}'
            """
        let path = try writeHelper(script, on: site.machine)
        try site.machine.writeDockerConfig(
            kind == "credsStore" ? #"{"credsStore": "x"}"# : #"{"credHelpers": {"\#(site.address)": "x"}}"#)
        try await expectIn(site, [], path)
        // check opens several sessions, and asks once.
        try Files.write("", to: site.machine.path("asked"))
        try await site.berth(["check", "\(site.address)/group/app"], path).succeed()
        #expect(try Files.text(site.machine.path("asked")) == "get \(site.address)\n")
    }

    @Test("is missed once where a helper fails, and the rest goes on without")
    func failingHelper() async throws {
        let site = try await Site()
        let path = try writeHelper("echo out of order; exit 1", on: site.machine)
        try site.machine.writeDockerConfig(#"{"credHelpers": {"\#(site.address)": "x"}}"#)
        let outcome = try await site.berth(["check", "\(site.address)/group/app"], path).succeed()
        #expect(outcome.errorText.split(separator: "\n").count == 1, "\(outcome.errorText)")
        #expect(outcome.errorText.hasPrefix("berth: warning: docker-credential-x get \(site.address)"))
    }

    @Test("may be an identity token", arguments: ["auths", "helper"])
    func identityToken(kind: String) async throws {
        let site = try await site(.token)
        let token = TokenServer.identityToken(of: "me")
        if kind == "helper" {
            let answer = #"{"ServerURL": "", "Username": "<token>", "Secret": "\#(token)"}"#
            let path = try writeHelper("cat >/dev/null; echo '\(answer)'", on: site.machine)
            try site.machine.writeDockerConfig(#"{"credsStore": "x"}"#)
            try await expectIn(site, [], path)
        } else {
            try site.machine.writeDockerConfig(#"{"auths": {"\#(site.address)": {"identitytoken": "\#(token)"}}}"#)
            try await expectIn(site)
        }
        let requests = try site.tokens?.requests() ?? []
        #expect(requests.contains { $0.method == "POST" && $0.grantType == "refresh_token" }, "\(requests)")
    }

    @Test("may be a registry's token, which goes there as it is")
    func registryToken() async throws {
        let site = try await site(.token)
        let realm = try #require(site.tokens?.realm)
        let answer = try await Command(
            "curl",
            [
                "--silent", "--fail", "--user", "me:\(Self.password)",
                "\(realm)?service=registry&scope=repository:group/app:pull",
            ]
        ).succeed()
        let token = try await jq(".token", answer.output)
        let before = try site.tokens?.requests().count
        try site.machine.writeDockerConfig(#"{"auths": {"\#(site.address)": {"registrytoken": \#(token)}}}"#)
        try await expectIn(site)
        #expect(try site.tokens?.requests().count == before)
    }

    @Test("in a job is the job's own")
    func job() async throws {
        let site = try await site()
        let environment = site.machine.gitlabJob("1", registry: site.address, user: "me", password: Self.password)
        let outcome = try await IntegrationTests.job("berth tags \(site.address)/group/app", environment).run()
        #expect(outcome.status == 0 && outcome.lines == ["1"], "\(outcome.errorText)")
    }

    @Test("that cannot be read is said, and nothing is asked", arguments: ["{", #"{"auths": []}"#])
    func corrupt(text: String) async throws {
        let site = try await site()
        try site.machine.writeDockerConfig(text)
        let outcome = try await site.berth(["tags", "\(site.address)/group/app"]).run()
        expectFailure(outcome, 65, says: "config.json")
        #expect(try await site.registry.exchanges().isEmpty)
    }
}
