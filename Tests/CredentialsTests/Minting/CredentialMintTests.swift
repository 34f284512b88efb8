internal import CIEnv
@testable internal import Credentials
internal import DockerConfig
internal import HTTP
internal import POSIX
internal import Registry
internal import RegistryTestSupport
internal import TestSupport
internal import Testing

/// From a request of the job's to a credential.
@Suite("The mint")
struct CredentialMintTests: ~Copyable {
    let scratch: ScratchDirectory
    let asked = Locked<[String]>([])

    init() throws {
        scratch = try ScratchDirectory()
    }

    /// An exchange that takes the tokens that a test says, and gives their text as the secret.
    struct FakeExchange: TokenExchange {
        static let title = "the tests"
        static func fits(_ request: IdentityRequest, _ context: CloudContext) -> Bool { true }
        let audience: String? = "https://tests"
        let username: String? = nil
        var refuses: @Sendable (String) -> RegistryError?

        init(_ refuses: @escaping @Sendable (String) -> RegistryError?) {
            self.refuses = refuses
        }

        init(_ request: IdentityRequest, jobName: String, _ context: CloudContext) throws(RegistryError) {
            refuses = { _ in nil }
        }

        func credential(for token: IDToken) async throws(RegistryError) -> MintedCredential {
            let text = token.text.withValue { $0 }
            if let error = refuses(text) { throw error }
            return MintedCredential(username: "u", secret: Secret("for-\(text)"), end: .max)
        }
    }

    static let sources = CredentialSources(
        system: "github", jobKey: "77-build", requests: [IdentityRequest(registry: "r.example.com", from: "--oidc")])

    /// The clock of ``JobToken``'s, on which nobody loses patience.
    static let pacing = Pacing(
        elapsed: { .zero }, unixTime: { ExchangeSite.start }, sleep: Pacing.system.sleep, chance: { 0 })

    /// A mint in a job whose CI system gives these tokens, one after the other.
    private func mint(
        _ tokens: [String], _ sources: CredentialSources = Self.sources, pacing: Pacing = .system,
        environment: Environment = Environment([:]),
        refuses: @escaping @Sendable (String) -> RegistryError? = { _ in nil }
    ) -> CredentialMint {
        let asked = asked, rest = Locked(tokens[...])
        return CredentialMint(
            sources, environment: environment, cache: CredentialCache(job: scratch.path), pacing: pacing
        ) { () throws(RegistryError) in
            asked.withLock { $0.append("means") }
            return CredentialMint.Means(
                exchange: { _ throws(RegistryError) in FakeExchange(refuses) },
                token: { request, audience async throws(RegistryError) in
                    asked.withLock { $0.append("token for \(audience ?? "anybody")") }
                    guard let text = rest.withLock({ $0.popFirst() }) else {
                        throw RegistryError(.denied, "there is no token")
                    }
                    return IDToken(Secret(text), from: "the test")
                })
        }
    }

    private func key(_ text: String) throws -> RegistryKey { try #require(RegistryKey(text)) }

    @Test("asks for a token for the exchange's audience, exchanges it, and nothing the second time")
    func once() async throws {
        let mint = mint(["t1"])
        #expect(mint.cached(for: try key("r.example.com")) == nil)
        let minted = try await mint.credential(for: key("r.example.com"))
        #expect(minted?.secret == Secret("for-t1"))
        #expect(mint.cached(for: try key("https://r.example.com/v2/")) == minted)
        #expect(try await mint.credential(for: key("r.example.com/group/app")) == minted)
        #expect(asked.withLock { $0 } == ["means", "token for https://tests"])
    }

    @Test(
        "has a credential of its own for what each step's variables say",
        arguments: [
            (IdentityRequest(registry: "123456789012.dkr.ecr.eu-west-1.amazonaws.com", from: "--oidc"), "AWS_ROLE_ARN"),
            (IdentityRequest(registry: "team.azurecr.io", from: "--oidc"), "AZURE_CLIENT_ID"),
            (IdentityRequest(registry: "team.azurecr.io", from: "--oidc"), "BERTH_AZURE_LOGIN_URL"),
            (IdentityRequest(registry: "docker.io", from: "--oidc"), "DOCKERHUB_OIDC_CONNECTIONID"),
        ])
    func variables(request: IdentityRequest, variable: String) async throws {
        let sources = CredentialSources(system: "github", jobKey: nil, requests: [request])
        let key = try key(request.registry)
        let others = [
            "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c", "DOCKERHUB_OIDC_CONNECTIONID": "n",
            "DOCKERHUB_USERNAME": "team",
        ]
        let values = ["reader", "writer"].map { "arn:aws:iam::123456789012:role/\($0)" }
        let mints = values.map { value in
            mint([value], sources, environment: Environment(others.merging([variable: value]) { $1 }))
        }
        for (mint, value) in zip(mints, values) {
            #expect(mint.cached(for: key) == nil)
            #expect(try await mint.credential(for: key)?.secret == Secret("for-\(value)"))
            #expect(mint.cached(for: key)?.secret == Secret("for-\(value)"))
        }
        #expect(mints[0].cached(for: key) == nil)
    }

    @Test("has nothing for a registry that nobody asked for", arguments: ["other.example.com", "r.example.com:443"])
    func others(name: String) async throws {
        #expect(try await mint(["t1"]).credential(for: key(name)) == nil)
        #expect(asked.withLock { $0 }.isEmpty)
    }

    @Test(
        "tries once more with a new token where the first has ended on the way, by its own word or the vendor's",
        arguments: [
            (JobToken.text(#"{"exp":1700000010}"#), "AWS refuses it"),
            ("old", "sts:AssumeRoleWithWebIdentity: ExpiredTokenException: Token expired"),
            ("old", "AADSTS700024: Client assertion ***"),
            ("old", "invalid_grant: ID Token issued at 1 is stale to sign-in."),
        ])
    func freshToken(old: String, words: String) async throws {
        let minted = try await mint([old, "new"], pacing: Self.pacing) {
            $0 == old ? RegistryError(.denied, words) : nil
        }.credential(for: key("r.example.com"))
        #expect(minted?.secret == Secret("for-new"))
    }

    @Test(
        "does not try again with a new token what the token has nothing to do with",
        arguments: [
            "ecr:GetAuthorizationToken: AccessDeniedException: not authorized", "AWS does not trust the OIDC token",
        ])
    func otherReason(words: String) async throws {
        let error = RegistryError(.denied, words)
        await #expect(throws: error) {
            try await mint([JobToken.text, "new"], pacing: Self.pacing) { $0 == JobToken.text ? error : nil }
                .credential(for: key("r.example.com"))
        }
        #expect(asked.withLock { $0 } == ["means", "token for https://tests"])
    }

    @Test(
        "does not ask again with the same token, or without one", arguments: [["same", "same", "more"], ["one"]])
    func sameToken(tokens: [String]) async throws {
        let count = Locked(0)
        let expired = RegistryError(.denied, "the token is expired")
        await #expect(throws: expired) {
            try await mint(tokens) { _ in
                _ = count.increment()
                return expired
            }.credential(for: key("r.example.com"))
        }
        #expect(count.withLock { $0 } == 1)
    }

    @Test("does not ask again what may work later", arguments: [RegistryError.Kind.tryLater, .unreachable, .badName])
    func later(kind: RegistryError.Kind) async throws {
        let error = RegistryError(kind, "no")
        await #expect(throws: error) {
            try await mint(["a", "b"]) { _ in error }.credential(for: key("r.example.com"))
        }
        #expect(asked.withLock { $0 } == ["means", "token for https://tests"])
    }

    /// A mint whose service never answers, with a clock by which all patience is over at once.
    private func stalled(_ slept: Locked<[Duration]> = Locked([])) -> CredentialMint {
        let pacing = Pacing(
            elapsed: { .zero }, unixTime: { 0 },
            sleep: { time throws(CancellationError) in slept.withLock { $0.append(time) } }, chance: { 0 })
        return CredentialMint(
            Self.sources, environment: Environment([:]), cache: CredentialCache(job: scratch.path), pacing: pacing
        ) { () throws(RegistryError) in
            CredentialMint.Means(
                exchange: { _ throws(RegistryError) in FakeExchange { _ in nil } },
                token: { _, _ async throws(RegistryError) in
                    try? await Task.sleep(for: .seconds(3600))
                    throw RegistryError(.cancelled, "interrupted")
                })
        }
    }

    @Test("loses its patience")
    func patience() async throws {
        await #expect(throws: RegistryError(.tryLater, "no credential for r.example.com within 60 s")) {
            try await stalled().credential(for: key("r.example.com"))
        }
    }

    @Test("loses it in seconds where the credential before is still good, and gives that", .timeLimit(.minutes(1)))
    func briefPatience() async throws {
        let now = Moment.now, slept = Locked<[Duration]>([])
        // Ten minutes are left of an hour.
        let made = Moment(wall: now.wall - 3000, sinceBoot: now.sinceBoot - 3000)
        let old = MintedCredential(username: "u", secret: Secret("old"), end: now.wall + 600)
        _ = try await CredentialCache(job: scratch.path, now: { made }).credential(for: Self.sources.requests[0]) {
            _ async throws(RegistryError) in old
        }
        #expect(try await stalled(slept).credential(for: key("r.example.com")) == old)
        #expect(slept.withLock { $0 } == [.seconds(5)])
    }

    @Test(
        "calls the job by a name that every vendor takes",
        arguments: [
            ("github", "123-build", "berth-github-123-build"), ("generic", nil, "berth-generic"),
            ("gitlab", "größer/x y", "berth-gitlab-gr----er-x-y"),
            ("gitlab", String(repeating: "x", count: 90), "berth-gitlab-" + String(repeating: "x", count: 51)),
        ] as [(String, String?, String)])
    func jobName(system: String, key: String?, name: String) {
        #expect(CredentialSources(system: system, jobKey: key).jobName == name)
    }
}
