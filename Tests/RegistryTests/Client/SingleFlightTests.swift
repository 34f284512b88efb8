@testable internal import RegistryTestSupport
internal import TestSupport
internal import Testing

@testable internal import Registry

@Suite("What many ask for at once", .timeLimit(.minutes(1)))
struct SingleFlightTests {
    private let flight = SingleFlight<String, Int>()
    private let gate = Gate()

    /// Begins to ask, as far as that goes without waiting.
    private func ask(_ key: String = "a", _ make: @escaping @Sendable () async throws(RegistryError) -> Int) -> Task<
        Int, any Error
    > {
        let flight = flight
        return Task.immediate {
            try await flight.value(for: key) { () async throws(RegistryError) in try await make() }
        }
    }

    /// Makes the next number when the gate opens.
    private var slowly: @Sendable () async throws(RegistryError) -> Int {
        let gate = gate, made = Noted(0)
        return { () async throws(RegistryError) in
            await gate.pass()
            made.note { $0 += 1 }
            return made.value
        }
    }

    @Test("is made once for all of them")
    func once() async throws {
        let make = slowly
        let tasks = (1...20).map { _ in ask("a", make) }
        gate.open()
        for task in tasks { #expect(try await task.value == 1) }
    }

    @Test("is made again for who asks afterwards")
    func again() async throws {
        gate.open()
        let make = slowly
        #expect(try await ask("a", make).value == 1)
        #expect(try await ask("a", make).value == 2)
    }

    @Test("does not keep those waiting who ask for something else")
    func otherKeys() async throws {
        let make = slowly
        let waiting = ask("a", make)
        #expect(try await ask("b") { () async throws(RegistryError) in 7 }.value == 7)
        gate.open()
        _ = try await waiting.value
    }

    @Test("fails for all of them where it fails, and is tried anew by the next")
    func failure() async throws {
        let gate = gate
        let tasks = (1...5).map { _ in
            ask { () async throws(RegistryError) in
                await gate.pass()
                throw RegistryError(.denied, "no")
            }
        }
        gate.open()
        for task in tasks {
            let error = await #expect(throws: RegistryError.self) { try await task.value }
            #expect(error?.kind == .denied)
        }
        #expect(try await ask { () async throws(RegistryError) in 7 }.value == 7)
    }

    @Test("is made by the next of them where the first gives up")
    func leaderCancelled() async throws {
        let gate = gate
        let leader = ask { () async throws(RegistryError) in
            await gate.pass()
            guard !Task.isCancelled else { throw RegistryError(.cancelled, "interrupted") }
            return 1
        }
        let followers = (2...6).map { number in ask { () async throws(RegistryError) in number } }
        leader.cancel()
        gate.open()
        let error = await #expect(throws: RegistryError.self) { try await leader.value }
        #expect(error?.kind == .cancelled)
        var values: Set<Int> = []
        for task in followers { values.insert(try await task.value) }
        #expect(values.isSubset(of: [2, 3, 4, 5, 6]))
    }

    @Test("is not waited for any more by who gives up, and made all the same")
    func followerCancelled() async throws {
        let make = slowly
        let leader = ask("a", make)
        let follower = ask("a", make)
        follower.cancel()
        let error = await #expect(throws: RegistryError.self) { try await follower.value }
        #expect(error?.kind == .cancelled)
        gate.open()
        #expect(try await leader.value == 1)
    }

    @Test("comes to everybody who waits, whoever gives up and whatever fails", arguments: 0..<50)
    func storm(seed: Int) async throws {
        let flight = flight
        let tasks = (0..<60).map { number in
            Task {
                try await flight.value(for: "a") { () async throws(RegistryError) in
                    for _ in 0..<number % 7 { await Task.yield() }
                    guard !Task.isCancelled else { throw RegistryError(.cancelled, "interrupted") }
                    guard number % 5 > 0 else { throw RegistryError(.tryLater, "no") }
                    return number
                }
            }
        }
        var random = SeededGenerator(seed: UInt64(seed))
        for task in tasks where Int.random(in: 0..<3, using: &random) == 0 { task.cancel() }
        // That all of them end is what is to be seen.
        for task in tasks { _ = await task.result }
        #expect(try await ask { () async throws(RegistryError) in 7 }.value == 7)
    }
}
