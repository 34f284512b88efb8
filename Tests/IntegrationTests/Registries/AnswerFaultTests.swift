internal import TestSupport
internal import Testing

/// What servers answer that is wrong, or not what was asked for.
@Suite("An answer", .serialized)
struct AnswerFaultTests {
    /// What reads manifests and blobs, which have digests.
    static let content = Stage.reading.filter { $0.path.contains("/manifests") || $0.path.contains("/blobs") }

    @Test("whose bytes are not those of their digest is bad data", arguments: content)
    func wrongBytes(stage: Stage) async throws {
        let site = try await FaultySite()
        for fault in [FaultyProxy.Fault.flipByte(at: 3), .truncateBody(to: 5), .claimLength(by: -5), .rubbish] {
            let outcome = try await site.run(stage, rules: [stage.rule(fault)])
            // What is left of one blob, another that comes over the same connection may meet before its digest is known.
            if stage.words[0] == "copy", outcome.errorText.contains("is not HTTP") { continue }
            expectFault(outcome, 65)
            #expect(outcome.errorText.contains("than the "), "\(fault): \(outcome.errorText)")
        }
        try await site.expectUntouched()
        #expect(Files.names(in: "\(site.registry.storage)/docker/registry/v2/repositories/copy/_manifests/tags") == [])
    }

    @Test(
        "that says another digest of a manifest is bad data",
        arguments: content.filter { $0.method == "GET" && $0.path.contains("manifests") })
    func wrongDigest(stage: Stage) async throws {
        let site = try await FaultySite()
        expectFault(try await site.run(stage, rules: [stage.rule(.wrongDigest)]), 65)
        try await site.expectUntouched()
    }

    @Test("that does not end is not read to its end", arguments: Stage.reading)
    func endless(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, rules: [stage.rule(.endlessBody)])
        // For check, a list that cannot be read is something that cannot be known.
        if stage.words[0] == "check" {
            #expect(outcome.status == 0 && outcome.text.contains("list    unknown"), "\(outcome.errorText)")
        } else {
            expectFault(outcome, stage.words[0] == "copy" && stage.path == "/blobs/" ? 65 : 1)
        }
        try await site.expectUntouched()
    }

    @Test("with a thousand header lines is not taken", arguments: Stage.reading.filter { $0.words[0] != "check" })
    func manyHeaders(stage: Stage) async throws {
        let site = try await FaultySite()
        let outcome = try await site.run(stage, rules: [stage.rule(.extraHeaders(1000))])
        expectFault(outcome, 1)
        #expect(outcome.errorText.contains("headers are longer than"), "\(outcome.errorText)")
    }

    @Test(
        "that is no list of tags is told as such",
        arguments: ["[", "<html>", "{}", #"{"tags": [1]}"#, #"{"rubbish": ["#])
    func rubbishList(body: String) async throws {
        let site = try await FaultySite()
        let stage = Stage("tags P/app --json", "GET", "/tags/list")
        let outcome = try await site.run(stage, rules: [stage.rule(.replaceBody(body))])
        expectFault(outcome, 1)
        #expect(outcome.errorText.hasPrefix("berth: cannot list the tags of \(site.proxy.address)/app: "))
    }

    /// A status and the exit code that it becomes.
    static let statuses: [(Int, Int32)] = [(401, 77), (403, 77), (500, 75), (502, 75), (503, 75), (429, 75), (418, 1)]

    @Test("with a status that is an error has its exit code", arguments: statuses)
    func status(status: Int, code: Int32) async throws {
        for stage in [Stage("tags P/app", "GET", "/tags/list"), Stage("inspect P/app:1", "GET", "/manifests/1")] {
            let site = try await FaultySite()
            let outcome = try await site.run(stage, ["--timeout", "1s"], rules: [stage.rule(.answer(status))])
            expectFault(outcome, code)
            #expect(outcome.errorText.contains("status \(status)"), "\(outcome.errorText)")
        }
    }

    @Test(
        "404 to a deletion is not believed while the manifest is there",
        arguments: ["/manifests/1$", "/manifests/sha256"])
    func falselyGone(path: String) async throws {
        let site = try await FaultySite()
        let stage = Stage("delete P/app:1", "DELETE", path)
        let outcome = try await site.run(stage, rules: [stage.rule(.answer(404))])
        if path.hasSuffix("$") {
            // Then it goes the other way.
            #expect(outcome.status == 0, "\(outcome.errorText)")
            try await site.expectDone(stage)
        } else {
            expectFault(outcome, 1)
            try await site.expectUntouched()
        }
    }

    @Test("404 to HEAD does not make a tag free to be deleted along", arguments: [["1"], ["1", "2"]])
    func falselyFree(tags: [String]) async throws {
        let site = try await FaultySite()
        let words = ["delete"] + tags.map { "P/app:\($0)" }
        let stage = Stage(words.joined(separator: " "), "HEAD", "/manifests/2")
        let outcome = try await site.run(stage, rules: [stage.rule(.answer(404))])
        #expect(outcome.text.contains(":1\n"), "\(outcome.errorText)")
        let left = try await skopeo(["inspect", "docker://\(site.registry.address)/app:2"], user: "me")
        #expect(left.status == 0, "\(left.errorText)")
    }
}

/// Where answers lead that must not be followed, or not with a login.
@Suite("A registry that leads", .serialized)
struct MisleadingTests {
    @Test("its pages of tags in a circle is left")
    func circle() async throws {
        let site = try await FaultySite()
        let stage = Stage("tags P/app --json", "GET", "/tags/list")
        let link = FaultyProxy.Fault.replaceHeader("Link", #"<{uri}>; rel="next""#)
        let outcome = try await site.run(stage, rules: [stage.rule(link)])
        expectFault(outcome, 1)
        #expect(outcome.errorText.contains("lead in a circle"))
    }

    @Test(
        "to another host for the next page is not followed",
        arguments: ["http://H/v2/app/tags/list?n=1", "//H/v2/app/tags/list"])
    func foreignLink(link: String) async throws {
        let site = try await FaultySite()
        let wrong = try await FaultyProxy(to: nil, host: "127.0.0.2")
        let stage = Stage("tags P/app --json", "GET", "/tags/list")
        let value = "<\(link.replacing("H", with: wrong.address))>; rel=\"next\""
        let outcome = try await site.run(stage, rules: [stage.rule(.replaceHeader("Link", value))])
        expectFault(outcome, 1)
        #expect(try wrong.requests().isEmpty)
    }

    @Test("to another host shows it no login", arguments: Stage.reading + Stage.changing)
    func redirect(stage: Stage) async throws {
        let site = try await FaultySite()
        let wrong = try await FaultyProxy(to: nil, host: "127.0.0.2")
        let outcome = try await site.run(stage, ["--timeout", "2s"], rules: [stage.rule(.redirect(to: wrong.address))])
        expectNoSecret(outcome)
        #expect(try wrong.requests().allSatisfy { $0.header("Authorization") == nil && $0.header("Cookie") == nil })
        #expect(try !wrong.log().contains(basicAuth("me", LoopbackRegistry.password(of: "me"))))
        let tag = try await skopeo(["inspect", "docker://\(site.registry.address)/app:2"], user: "me")
        if !stage.words.contains("P/app:2") { #expect(tag.status == 0, "\(tag.errorText)") }
    }

    @Test("to another host for logging in, in the middle, is not followed")
    func lateRealm() async throws {
        let site = try await FaultySite()
        let wrong = try await FaultyProxy(to: nil, host: "127.0.0.2")
        for stage in [Stage("tags P/app", "GET", "/tags/list"), Stage("inspect P/app:1", "GET", "/manifests/")] {
            let challenge = FaultyProxy.Fault.challenge(realm: "http://\(wrong.address)/token")
            expectFault(try await site.run(stage, rules: [stage.rule(challenge)]), 77)
        }
        #expect(try wrong.requests().isEmpty)
    }

    @Test("from TLS to a token service without it is not followed")
    func plainRealm() async throws {
        let tokens = try await TokenServer(users: ["me"])
        let registry = try await LoopbackRegistry(.init(auth: .token(tokens)))
        let front = try await TLSFront(of: registry.address)
        let machine = try Machine()
        let address = "localhost:\(front.port)"
        try machine.writeDockerConfig(
            dockerConfig([(host: address, user: "me", password: LoopbackRegistry.password(of: "me"))]))
        let words = ["tags", "\(address)/app", "--ca-file", front.authority]
        let outcome = try await berth(words, machine.environment).run()
        expectFailure(outcome, 1, says: "which is not https while the registry is")
        #expect(outcome.errorText.contains("hint: they were not sent"))
        #expect(try tokens.requests().isEmpty)
    }

    /// What a token service does wrong, and the exit code.
    static let services: [(String, Int32)] = [("nothing", 1), ("500", 75), ("429", 75), ("403", 77)]

    @Test("to a token service that gives none fails with its cause", arguments: services)
    func noToken(kind: String, code: Int32) async throws {
        var settings = TokenServer.Settings(users: [.init("me")])
        if let status = Int(kind) { settings.refusal = .init(status) } else { settings.answersWithoutToken = true }
        let site = try await Site(.token, tokens: settings)
        let outcome = try await site.berth(["tags", "\(site.address)/app", "--timeout", "1s"]).run()
        expectFailure(outcome, code, says: kind == "nothing" ? "the answer holds no token" : "\(kind)")
    }
}
