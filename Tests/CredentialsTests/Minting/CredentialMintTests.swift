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
        _ tokens: [String], pacing: Pacing = .system,
        refuses: @escaping @Sendable (String) -> RegistryError? = { _ in nil }
    ) -> CredentialMint {
        let asked = asked, rest = Locked(tokens[...])
        return CredentialMint(
            Self.sources, cache: CredentialCache(job: scratch.path), pacing: pacing
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

    @Test("loses its patience")
    func patience() async throws {
        // A clock by which the minute is over at once, and a service that never answers.
        let pacing = Pacing(
            elapsed: { .zero }, unixTime: { 0 }, sleep: { _ throws(CancellationError) in }, chance: { 0 })
        let mint = CredentialMint(
            Self.sources, cache: CredentialCache(job: scratch.path), pacing: pacing
        ) { () throws(RegistryError) in
            CredentialMint.Means(
                exchange: { _ throws(RegistryError) in FakeExchange { _ in nil } },
                token: { _, _ async throws(RegistryError) in
                    try? await Task.sleep(for: .seconds(3600))
                    throw RegistryError(.cancelled, "interrupted")
                })
        }
        await #expect(throws: RegistryError(.tryLater, "no credential for r.example.com within 60 s")) {
            try await mint.credential(for: key("r.example.com"))
        }
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
