internal import TestSupport
internal import Testing

/// Every command, however a registry is reached and whomever it lets in.
@Suite("All commands that speak to a registry", .serialized)
struct AccessTests {
    @Test("get through", arguments: Access.allCases)
    func allCommands(access: Access) async throws {
        let site = try await Site(access)
        let image = ManifestContent.image(created: "2024-05-06T07:08:09Z", tags: ["1", "2"])
        let digest = try await site.registry.store([image], as: "group/app")[0].digest
        let repository = "\(site.address)/group/app"

        let tags = try await site.berth(["tags", repository]).succeed()
        #expect(tags.lines.sorted() == ["1", "2"])
        let details = try await site.berth(["tags", repository, "--details", "--json"]).succeed()
        #expect(try await jq("[.tags[].digest] | unique", details.output) == "[\"\(digest)\"]")
        let inspected = try await site.berth(["inspect", "\(repository):1", "--json"]).succeed()
        #expect(try await jq(".config.created", inspected.output) == #""2024-05-06T07:08:09Z""#)
        let rights = try await site.berth(["check", repository]).succeed()
        #expect(rights.lines == ["pull    yes", "push    yes", "list    yes", "delete  yes"])
        let detected = try await site.berth(["detect", repository, "--probe"]).succeed()
        #expect(detected.text.hasPrefix("default  "))
        try await site.berth(["copy", "\(repository):1", "\(site.address)/copies/app"]).succeed()
        let copied = try await site.berth(["inspect", "\(site.address)/copies/app:1", "--json"]).succeed()
        #expect(try await jq(".digest", copied.output) == "\"\(digest)\"")
        try await site.berth(["delete", "\(repository):1"]).succeed()
        #expect(try await site.berth(["tags", repository]).succeed().lines == ["2"])
    }

    static let walls: [Access] = [.htpasswd, .token, .authorityOption, .certificateDirectory]
    static let words = [
        ["tags", "REPO"], ["inspect", "REPO:1"], ["copy", "REPO:1", "REPO:2"], ["delete", "REPO:1"],
    ]

    @Test("say that a login is missing", arguments: walls)
    func stranger(access: Access) async throws {
        let site = try await Site(access)
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        try site.machine.writeDockerConfig("{}")
        for words in Self.words {
            let outcome = try await site.berth(words.map { $0.replacing("REPO", with: "\(site.address)/app") }).run()
            expectFailure(outcome, 77, says: "\(site.address)/app")
            #expect(
                outcome.errorText.contains("hint: there is no login for \(site.address); berth login or docker login"),
                "\(words): \(outcome.errorText)")
        }
    }

    @Test("say that a login is refused, and not by which password", arguments: walls)
    func wrongPassword(access: Access) async throws {
        let site = try await Site(access)
        try await site.registry.store([.image(tags: ["1"])], as: "app")
        try site.machine.writeDockerConfig(dockerConfig([(host: site.address, user: "me", password: "wr0ng")]))
        for words in Self.words {
            let outcome = try await site.berth(words.map { $0.replacing("REPO", with: "\(site.address)/app") }).run()
            expectFailure(outcome, 77)
            #expect(outcome.errorText.contains("hint: "), "\(words): \(outcome.errorText)")
            #expect(!outcome.errorText.contains("wr0ng") && !outcome.errorText.contains(basicAuth("me", "wr0ng")))
        }
    }

    @Test("trust no certificate of an unknown authority, and say what to do", arguments: ["127.0.0.1", "localhost"])
    func unknownAuthority(host: String) async throws {
        let registry = try await LoopbackRegistry()
        let front = try await TLSFront(of: registry.address)
        let machine = try Machine()
        let repository = "\(host):\(front.port)/app"
        let outcome = try await berth(["tags", repository, "--timeout", "2s"], machine.environment).run()
        expectFailure(outcome, 69, says: "the server's certificate is not trusted")
        #expect(outcome.errorText.contains("hint: name the authority"), "\(outcome.errorText)")
        #expect(try await registry.exchanges().isEmpty)
    }

    @Test(
        "trust any certificate where they are told to",
        arguments: [[], ["BERTH_SKIP_TLS_VERIFY_REGISTRY"], ["WERF_SKIP_TLS_VERIFY_REGISTRY"]])
    func anyCertificate(variables: [String]) async throws {
        let registry = try await LoopbackRegistry()
        try await registry.store([.image(tags: ["1"])], as: "app")
        let front = try await TLSFront(of: registry.address)
        let machine = try Machine()
        var environment = machine.environment
        for name in variables { environment[name] = "true" }
        let option = variables.isEmpty ? ["--skip-tls-verify-registry"] : []
        let outcome = try await berth(["tags", "localhost:\(front.port)/app"] + option, environment).succeed()
        #expect(outcome.lines == ["1"])
    }

    @Test("do not take a file of authorities that is not there for a reason to trust others")
    func noAuthorities() async throws {
        let registry = try await LoopbackRegistry()
        let machine = try Machine()
        let missing = machine.path("missing.pem")
        let outcome = try await berth(["tags", "\(registry.address)/app", "--ca-file", missing], machine.environment)
            .run()
        expectFailure(outcome, 64, says: "--ca-file: ")
        let told = try await berth(
            ["tags", "\(registry.address)/app"], machine.environment.merging(["BERTH_CA_FILE": missing]) { $1 }
        ).run()
        expectFailure(told, 78, says: "BERTH_CA_FILE: ")
    }

    @Test("show a registry with a client's certificate nothing without one")
    func noClientCertificate() async throws {
        let site = try await Site(.clientCertificate)
        let directory = "\(site.machine.home)/.config/containers/certs.d/\(site.address)"
        try await Command("rm", ["\(directory)/me.cert", "\(directory)/me.key"]).succeed()
        let outcome = try await site.berth(["tags", "\(site.address)/app"]).run()
        #expect(outcome.status == 1 || outcome.status == 69 || outcome.status == 77, "\(outcome.errorText)")
        expectFailure(outcome, outcome.status)
        #expect(try await site.registry.exchanges().isEmpty)
    }
}
