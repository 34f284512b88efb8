internal import CIEnv
@testable internal import Credentials
internal import DockerConfig
internal import HTTP
internal import POSIX
internal import Registry
internal import TestSupport
internal import Testing

/// The files that all credential helpers of a job share.
@Suite("The job's minted credentials")
struct CredentialCacheTests: ~Copyable {
    let scratch: ScratchDirectory
    let clock = SettableClock()

    init() throws {
        scratch = try ScratchDirectory()
    }

    /// A clock that a test sets.
    final class SettableClock: Sendable {
        private let value = Locked(Moment(wall: 1_800_000_000, sinceBoot: 5000))
        var now: Moment { value.withLock { $0 } }

        func advance(_ seconds: Int) {
            value.withLock { $0 = Moment(wall: $0.wall + seconds, sinceBoot: $0.sinceBoot + seconds) }
        }
    }

    private let warnings = Locked<[String]>([])
    private let count = Locked(0)

    private func cache(_ job: String? = nil) -> CredentialCache {
        let clock = clock, warnings = warnings
        return CredentialCache(
            job: job ?? scratch.path, now: { clock.now }, warn: { text in warnings.withLock { $0.append(text) } })
    }

    private static func request(
        _ registry: String = "r.example.com", _ values: [IdentityRequest.Key: String] = [:]
    ) -> IdentityRequest {
        IdentityRequest(registry: registry, values, from: "--oidc")
    }

    /// A new credential, the secret of which is its number.
    private func make(life: Int) -> MintedCredential {
        MintedCredential(username: "u", secret: Secret("secret-\(count.increment())"), end: clock.now.wall + life)
    }

    private func get(
        _ request: IdentityRequest = request(), life: Int = 3600
    ) async throws(RegistryError) -> String {
        try await cache().credential(for: request) { _ async throws(RegistryError) in make(life: life) }
            .secret.withValue { $0 }
    }

    private func refuse(
        _ error: RegistryError, for request: IdentityRequest = request()
    ) async throws(RegistryError) -> String {
        try await cache().credential(for: request) { _ async throws(RegistryError) in
            _ = count.increment()
            throw error
        }.secret.withValue { $0 }
    }

    private static let denied = RegistryError(.denied, "AWS refuses: no such role", hint: "look at its trust policy")

    @Test("are asked for once, and again when half of their life is gone")
    func renewal() async throws {
        #expect(cache().credential(for: Self.request()) == nil)
        #expect(try await get() == "secret-1")
        #expect(cache().credential(for: Self.request())?.secret == Secret("secret-1"))
        clock.advance(1800)
        #expect(try await get() == "secret-1")
        clock.advance(1)
        #expect(cache().credential(for: Self.request()) == nil)
        #expect(try await get() == "secret-2")
    }

    @Test("are given to the very request that they were made for")
    func otherRequest() async throws {
        #expect(try await get(Self.request("r.example.com", [.role: "a"])) == "secret-1")
        #expect(cache().credential(for: Self.request("r.example.com", [.role: "b"])) == nil)
        #expect(try await get(Self.request("r.example.com", [.role: "b"])) == "secret-2")
        #expect(try await get(Self.request("r.example.com:5000", [.role: "b"])) == "secret-3")
        #expect(try await get(Self.request("r.example.com", [.role: "b"])) == "secret-2")
    }

    @Test("stand in files that only their owner can read")
    func privacy() async throws {
        _ = try await get()
        let names = Files.names(in: "\(scratch.path)/minted")
        #expect(names.sorted() == ["r.example.com.json", "r.example.com.lock"])
        #expect(names.allSatisfy { Files.mode("\(scratch.path)/minted/\($0)") == 0o600 })
        #expect(Files.mode("\(scratch.path)/minted") == 0o700)
    }

    @Test(
        "of any host have a file's name of their own",
        arguments: [
            ("r.example.com", "r.example.com"), ("r.example.com:5000", "r.example.com_58_5000"),
            ("..", "_46_."), ("a/b", "a_47_b"), ("a_b", "a_95_b"), ("[::1]:5000", "_91__58__58_1_93__58_5000"),
        ])
    func names(host: String, name: String) {
        #expect(CacheFiles.name(host) == name)
    }

    @Test(
        "that cannot be read count as none, and are replaced",
        arguments: ["", "{", "[]", #"{"version":1}"#, #"{"version":2}"#, "\u{0}"])
    func corrupt(text: String) async throws {
        _ = try await get()
        for kind in ["json", "refused"] { try Files.write(text, to: "\(scratch.path)/minted/r.example.com.\(kind)") }
        #expect(cache().credential(for: Self.request()) == nil)
        #expect(try await get() == "secret-2")
        #expect(try await get() == "secret-2")
    }

    @Test("that cannot be kept are given out all the same, and that is said")
    func unwritable() async throws {
        let cache = cache("\(scratch.path)/nowhere")
        for number in 1...2 {
            let found = try await cache.credential(for: Self.request()) { _ async throws(RegistryError) in
                make(life: 3600)
            }
            #expect(found.secret == Secret("secret-\(number)"))
        }
        let said = warnings.withLock { $0 }
        #expect(said.count == 2)
        #expect(said.allSatisfy { $0.contains("cannot be kept") && $0.contains("r.example.com") }, "\(said)")
    }

    @Test("that are refused are asked for again by who comes later, and nothing is hidden")
    func refusal() async throws {
        for number in 1...2 {
            await #expect(throws: Self.denied) { try await refuse(Self.denied) }
            #expect(count.withLock { $0 } == number)
        }
        #expect(try await get() == "secret-3")
        #expect(!Files.exists("\(scratch.path)/minted/r.example.com.refused"))
    }

    @Test("are given out while they are good where no new ones can be had, and that is said")
    func oldOne() async throws {
        _ = try await get()
        clock.advance(3590)
        #expect(try await refuse(Self.denied) == "secret-1")
        #expect(warnings.withLock { $0.first }?.contains("ends in 10 s and is not renewed: AWS refuses") == true)
        clock.advance(1)
        await #expect(throws: Self.denied) { try await refuse(Self.denied) }
    }

    @Test("that could not be renewed are asked for again after a minute, and no sooner while the old ones are good")
    func patience() async throws {
        _ = try await get()
        clock.advance(2000)
        for _ in 1...3 { #expect(try await refuse(Self.denied) == "secret-1") }
        #expect(count.withLock { $0 } == 2)
        clock.advance(60)
        #expect(try await get() == "secret-3")
    }

    @Test("are forgotten when told so")
    func forget() async throws {
        try cache().forget(Self.request())
        _ = try await get()
        try cache().forget(Self.request())
        #expect(cache().entry(for: Self.request()) == nil)
        #expect(try await get() == "secret-2")
    }

    // MARK: at once

    /// What each of `count` who ask at once gets; the first to ask is not answered before all the others wait.
    private func atOnce(
        _ number: Int, _ answer: @escaping @Sendable () throws(RegistryError) -> MintedCredential
    ) async -> [Result<MintedCredential, RegistryError>] {
        let cache = cache(), count = count
        return await withTaskGroup(of: Result<MintedCredential, RegistryError>.self) { group in
            let started = Locked(0)
            for _ in 0..<number {
                group.addTask {
                    _ = started.increment()
                    do throws(RegistryError) {
                        return .success(
                            try await cache.credential(for: Self.request()) { _ async throws(RegistryError) in
                                _ = count.increment()
                                while started.withLock({ $0 }) < number { await Task.yield() }
                                return try answer()
                            })
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("that a hundred ask for at once are asked for once", .timeLimit(.minutes(1)))
    func together() async throws {
        let made = make(life: 3600)
        let found = await atOnce(100) { () throws(RegistryError) in made }
        #expect(found == Array(repeating: .success(made), count: 100))
        #expect(count.withLock { $0 } == 2, "one made here, one asked for")
    }

    @Test(
        "that a hundred ask for at once are refused once or twice, and everybody is told why", .timeLimit(.minutes(1)))
    func togetherRefused() async throws {
        let found = await atOnce(100) { () throws(RegistryError) in throw Self.denied }
        #expect(found == Array(repeating: .failure(Self.denied), count: 100))
        // Who has counted but not yet looked at the files when the refusal is written asks for himself.
        #expect(count.withLock { $0 } < 10)
    }

    @Test("are asked for by the next one where the first is interrupted")
    func cancelled() async throws {
        let interrupted = RegistryError(.cancelled, "interrupted")
        await #expect(throws: interrupted) { try await refuse(interrupted) }
        #expect(Files.names(in: "\(scratch.path)/minted") == ["r.example.com.lock"])
        #expect(try await get() == "secret-2")
    }

    @Test("are not waited for by who is interrupted", .timeLimit(.minutes(1)))
    func interruptedWaiter() async throws {
        _ = try await get()
        try cache().forget(Self.request())
        let lock = try FileDescriptor(appendingTo: "\(scratch.path)/minted/r.example.com.lock")
        try lock.lock()
        let cache = cache()
        let waiter = Task {
            try await cache.credential(for: Self.request()) { _ async throws(RegistryError) in
                throw RegistryError(.denied, "asked")
            }
        }
        waiter.cancel()
        let result = await waiter.result
        #expect(throws: RegistryError(.cancelled, "interrupted")) { try result.get() }
        withExtendedLifetime(lock) {}
    }

    /// A clock by which each pause of who waits takes as long as it says, in no time.
    private static func quick() -> Pacing {
        let time = Locked(Duration.zero)
        return Pacing(
            elapsed: { time.withLock { $0 } }, unixTime: { 0 },
            sleep: { pause throws(CancellationError) in time.withLock { $0 += pause } }, chance: { 0 })
    }

    @Test("are given out while they are good where who renews them is stopped, and that is said")
    func stoppedHolder() async throws {
        _ = try await get()
        clock.advance(2000)
        let lock = try FileDescriptor(appendingTo: "\(scratch.path)/minted/r.example.com.lock")
        try lock.lock()
        let pacing = Self.quick(), clock = clock, warnings = warnings
        let cache = CredentialCache(
            job: scratch.path, now: { clock.now }, pacing: pacing,
            warn: { text in warnings.withLock { $0.append(text) } })
        func ask() async throws(RegistryError) -> MintedCredential {
            try await cache.credential(for: Self.request()) { _ async throws(RegistryError) in make(life: 3600) }
        }
        #expect(try await ask().secret == Secret("secret-1"))
        #expect(pacing.elapsed() >= .seconds(2) && pacing.elapsed() < .seconds(3))
        #expect(warnings.withLock { $0.first }?.contains("is not renewed: another process has been asking") == true)
        // Where nothing is left, whoever has the lock is worth waiting for, but not for ever.
        clock.advance(1599)
        await #expect(throws: RegistryError.self) { try await ask() }
        #expect(pacing.elapsed() > .seconds(90))
        withExtendedLifetime(lock) {}
    }

    @Test("are given out as soon as they are there, whoever still has the lock", .timeLimit(.minutes(1)))
    func madeMeanwhile() async throws {
        _ = try await get()
        try cache().forget(Self.request())
        let lock = try FileDescriptor(appendingTo: "\(scratch.path)/minted/r.example.com.lock")
        try lock.lock()
        let time = Locked(Duration.zero), made = make(life: 3600), now = clock.now, job = scratch.path
        // The one that has the lock keeps what it got after three seconds.
        let pacing = Pacing(
            elapsed: { time.withLock { $0 } }, unixTime: { 0 },
            sleep: { pause throws(CancellationError) in
                time.withLock { $0 += pause }
                guard time.withLock({ $0 }) > Duration.seconds(3) else { return }
                let entry = CachedCredential(made, for: Self.request(), made: now)
                do { try CacheFiles("r.example.com", in: "\(job)/minted").keep(entry) } catch {
                    throw CancellationError()
                }
            }, chance: { 0 })
        let warnings = warnings
        let cache = CredentialCache(
            job: job, now: { now }, pacing: pacing, warn: { text in warnings.withLock { $0.append(text) } })
        let found = try await cache.credential(for: Self.request()) { _ async throws(RegistryError) in
            throw RegistryError(.denied, "asked")
        }
        #expect(found == made)
        #expect(warnings.withLock { $0 } == [])
        withExtendedLifetime(lock) {}
    }

    @Test("are asked for urgently only where no other can be given out", arguments: [(0, [true]), (2000, [false])])
    func urgency(age: Int, urgent: [Bool]) async throws {
        if age > 0 { _ = try await get() }
        clock.advance(age)
        let told = Locked<[Bool]>([])
        _ = try await cache().credential(for: Self.request()) { isUrgent async throws(RegistryError) in
            told.withLock { $0.append(isUrgent) }
            return make(life: 3600)
        }
        #expect(told.withLock { $0 } == urgent)
    }

    @Test("and their refusals are those of the very variables that they were asked for with")
    func variables() async throws {
        let (reader, writer) = (["AWS_ROLE_ARN": "reader"], ["AWS_ROLE_ARN": "writer"])
        let cache = cache()
        _ = try await cache.credential(for: Self.request(), with: reader) { _ async throws(RegistryError) in
            make(life: 3600)
        }
        #expect(cache.credential(for: Self.request(), with: writer) == nil)
        #expect(cache.entry(for: Self.request(), with: writer) == nil)
        clock.advance(2000)
        await #expect(throws: Self.denied) {
            try await cache.credential(for: Self.request(), with: writer) { _ async throws(RegistryError) in
                throw Self.denied
            }
        }
        // The writer's refusal is no reason for the reader not to ask.
        let renewed = try await cache.credential(for: Self.request(), with: reader) { _ async throws(RegistryError) in
            make(life: 3600)
        }
        #expect(renewed.secret == Secret("secret-2"))
    }
}
