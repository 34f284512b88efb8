internal import DockerConfig
internal import HTTP
@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("Credentials for AWS that many ask for", .timeLimit(.minutes(1)))
struct AWSCredentialChainTests {
    private let clock = StillClock()
    private let found = Noted(0)

    /// Credentials that are numbered, each good for so many seconds.
    private func chain(lifetime: Int?, after gate: Gate? = nil) -> AWSCredentialChain {
        let now = clock.pacing(unixTime: 1000).unixTime, found = found
        return AWSCredentialChain(now: now) { () async throws(RegistryError) in
            await gate?.pass()
            found.note { $0 += 1 }
            return AWSCredentials(
                accessKeyID: "\(found.value)", secretAccessKey: Secret("s"), expiry: lifetime.map { now() + $0 })
        }
    }

    @Test("are found once, and again a minute before they end")
    func renewal() async throws {
        let chain = chain(lifetime: 900)
        var ids: [String] = []
        for _ in 0..<5 {
            ids.append(try await chain.credentials().accessKeyID)
            clock.advance(by: .seconds(420))
        }
        #expect(ids == ["1", "1", "2", "2", "3"])
    }

    @Test("are found once where they do not end")
    func noEnd() async throws {
        let chain = chain(lifetime: nil)
        for _ in 0..<3 {
            #expect(try await chain.credentials().accessKeyID == "1")
            clock.advance(by: .seconds(1_000_000))
        }
    }

    @Test("are looked for by one of those who ask meanwhile")
    func flight() async throws {
        let gate = Gate()
        let chain = chain(lifetime: 900, after: gate)
        let tasks = (0..<5).map { _ in Task.immediate { try await chain.credentials().accessKeyID } }
        gate.open()
        for task in tasks { #expect(try await task.value == "1") }
    }

    @Test("are found anew where AWS says that they have ended, but not where others have been found since")
    func forgetting() async throws {
        let chain = chain(lifetime: nil)
        let first = try await chain.credentials()
        chain.forget(first)
        let second = try await chain.credentials()
        #expect(second.accessKeyID == "2")
        chain.forget(first)
        #expect(try await chain.credentials() == second)
    }

    @Test("that have ended already are an error", arguments: [0, -5])
    func expired(lifetime: Int) async {
        let error = await #expect(throws: RegistryError.self) { try await chain(lifetime: lifetime).credentials() }
        #expect(error?.kind == .denied)
        #expect(error?.text.contains("have expired") == true)
    }

    @Test("with a lifetime of any size do no harm", arguments: [Int.max, 4_102_444_800])
    func longLife(expiry: Int) async throws {
        let chain = AWSCredentialChain(now: { 0 }) { () async throws(RegistryError) in
            AWSCredentials(accessKeyID: "A", secretAccessKey: Secret("s"), expiry: expiry)
        }
        #expect(try await chain.credentials().expiry == expiry)
    }
}
