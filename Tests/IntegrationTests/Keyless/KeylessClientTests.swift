internal import TestSupport
internal import Testing

/// The clients that people use get in by what berth mints for them, in a job that was given no password.
@Suite("In a keyless job", .serialized, .timeLimit(.minutes(5)))
struct KeylessClientTests {
    struct Client: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let line: String
        var program: String { line.split(separator: " ").first.map(String.init) ?? "" }
    }

    /// Called by their paths, since wrappers in `/usr/local` may fix the credential file.
    private static let clients = [
        Client(
            testDescription: "skopeo", line: "/usr/bin/skopeo list-tags --tls-verify=false docker://ADDRESS/group/app"),
        Client(testDescription: "podman", line: "/usr/bin/podman pull -q ADDRESS/group/app:1"),
        Client(testDescription: "buildah", line: "/usr/bin/buildah pull -q --policy always ADDRESS/group/app:1"),
        Client(testDescription: "berth", line: "berth tags ADDRESS/group/app"),
    ]

    static let installed = clients.filter { !$0.program.hasPrefix("/") || Files.exists($0.program) }

    @Test("clients ask the helper and get in, all by one exchange", arguments: installed)
    func client(_ client: Client) async throws {
        let site = try await KeylessSite()
        try await site.registry.seed("group/app", user: "me")
        let count = try site.registry.requests().count
        let line = client.line.replacing("ADDRESS", with: site.registry.address)
        let outcome = try await site.job("\(line) && \(line)", try site.podman()).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try site.registry.users(after: count) == ["me"])
        #expect(try site.exchanges() == [200])
    }

    @Test("and without --oidc they do not", arguments: installed)
    func control(_ client: Client) async throws {
        let site = try await KeylessSite()
        try await site.registry.seed("group/app", user: "me")
        let count = try site.registry.requests().count
        let line = client.line.replacing("ADDRESS", with: site.registry.address)
        let outcome = try await Command.shell(
            "eval \"$(berth ci-env github || echo exit 1)\"; \(line)",
            environment: site.environment.merging(try site.podman()) { $1 }
        ).run()
        #expect(outcome.status != 0)
        #expect(try site.registry.users(after: count) == [])
    }

    @Test("berth's own commands need no helper on PATH")
    func withoutPath() async throws {
        let site = try await KeylessSite()
        try await site.registry.store([.image(tags: ["1"])], as: "group/app")
        let outcome = try await site.job("PATH=/usr/bin:/bin \(Berth.path) tags $ADDRESS/group/app").run()
        #expect(outcome.lines == ["1"], "\(outcome.errorText)")
    }

    @Test("a refusal reaches the user of a client, in the vendor's words and without the token")
    func refusal() async throws {
        let site = try await KeylessSite(.init(refuses: true))
        let line = "/usr/bin/skopeo list-tags --tls-verify=false docker://$ADDRESS/group/app"
        let outcome = try await site.job(line).run()
        #expect(outcome.status != 0)
        #expect(outcome.errorText.contains("invalid_grant") || outcome.errorText.contains("is not trusted"))
        #expect(!outcome.errorText.contains("eyJ"), "\(outcome.errorText)")
    }

    @Test(
        "docker pushes and pulls through a real engine",
        .disabled(if: DockerEngine.obstacle != nil, "\(DockerEngine.obstacle ?? "")"))
    func docker() async throws {
        let site = try await KeylessSite()
        let engine = try await DockerEngine()
        let outcome = try await site.job(
            """
            set -e; cd "$BERTH_JOB"; echo hello >hello; image=$ADDRESS/group/engine:1
            tar -c hello | docker import - $image >&2
            docker push $image >&2; docker rmi $image >&2; docker pull $image >&2
            """, ["DOCKER_HOST": engine.host]
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try site.registry.users(after: 0) == ["me"])
        #expect(try site.exchanges() == [200])
        try await engine.stop()
    }

    @Test("a copy that lasts much longer than its password lives succeeds, and so does the next client")
    func slowCopy() async throws {
        let site = try await KeylessSite(.init(lifetime: 5))
        try await site.registry.store(
            [.image(layers: [.init(size: 3_600_000)], format: .docker, tags: ["1"])], as: "group/app")
        var options = TLSFront.Options()
        options.bytesPerSecond = 100_000
        let front = try await TLSFront(of: site.registry.address, options)
        let outcome = try await site.job(
            """
            set -e
            copy="/usr/bin/skopeo copy --quiet --src-tls-verify=false docker://$ADDRESS/group/app:1"
            date +%s; $copy "dir:$BERTH_JOB/first"; date +%s
            /usr/bin/skopeo list-tags --tls-verify=false docker://$ADDRESS/group/app >&2
            """, at: "localhost:\(front.port)"
        ).run()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let times = outcome.lines.compactMap { Int($0) }
        try #require(times.count == 2, "\(outcome.text)")
        #expect(times[1] - times[0] >= 30, "the copy has to outlive the password by far")
        #expect(try site.exchanges() == [200, 200])
    }

    @Test(
        "ECR lets in who has the password of its API, which the role of the OIDC token may ask for",
        .enabled(if: MotoServer.obstacle == nil, "\(MotoServer.obstacle ?? "")"),
        .enabled(if: Berth.isRoot, "only root can have a host's name lead here, and listen at its port"))
    func ecr() async throws {
        let host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
        let site = try await KeylessSite()
        let moto = try await MotoServer()
        // moto's password never changes; it is the registry's only one.
        let passwords = try site.machine.scratch.file("passwords", #"{"password":"123456789012-auth-token","end":9e9}"#)
        let tokens = try await TokenServer(.init(users: [.init("AWS")], minted: passwords))
        let registry = try await LoopbackRegistry(.init(auth: .token(tokens)))
        try await registry.store([.image(format: .docker, tags: ["1"])], as: "group/app")
        var options = TLSFront.Options()
        options.names = ["DNS:\(host)"]
        options.extraListener = "127.0.0.3:443"
        let front = try await TLSFront(of: registry.address, options)
        let script = """
            echo '127.0.0.3 \(host)' >\(site.machine.path("hosts")); mount --bind \(site.machine.path("hosts")) /etc/hosts
            eval "$(berth ci-env github --oidc \(host)=role:arn:aws:iam::123456789012:role/ci || echo exit 1)"
            /usr/bin/skopeo list-tags docker://\(host)/group/app | jq -c .Tags
            docker-credential-berth list
            """
        let outcome = try await Command(
            "unshare", ["-m", "dash", "-c", script],
            environment: site.environment.merging([
                "AWS_ENDPOINT_URL": "http://\(moto.address)", "SSL_CERT_FILE": front.authority,
            ]) { $1 }
        ).run()
        #expect(outcome.lines == [#"["1"]"#, #"{"\#(host)":"AWS"}"#], "\(outcome.errorText)")
        #expect(try registry.users(after: 0) == ["AWS"])
        #expect(try site.identity.requests().map(\.audience) == ["sts.amazonaws.com"])
    }
}
