@testable internal import RegistryTestSupport
internal import Testing

@testable internal import Registry

@Suite("A blob on its way")
struct BlobTransferTests {
    private let network = FakeNetwork()
    private let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
    private let digest: Digest

    private var source: FakeRegistry { network.source }
    private var destination: FakeRegistry { network.destination }

    init() {
        digest = network.source.blob(bytes: bytes)
    }

    /// Sends it in parts of 4096 bytes, and tells how many have come by the progress that was told.
    @discardableResult
    private func send(partLength: Int = 4096) async throws -> Int {
        let told = Noted(0)
        try await BlobTransfer(
            source: network.client(of: source, for: [.pull]),
            destination: network.client(of: destination, for: [.pull, .push]),
            blob: Descriptor(mediaType: "a/b", digest: digest, size: bytes.count), partLength: partLength,
            progress: { count in told.note { $0 += count } }
        ).run(to: nil)
        return told.value
    }

    private var arrived: [UInt8]? { destination.with { $0.repositories["app"]?.blobs[digest] } }

    @Test("goes in one request where it is not long", arguments: [10_000, 10_001, 64 << 20])
    func short(partLength: Int) async throws {
        #expect(try await send(partLength: partLength) == 10_000)
        #expect(arrived == bytes)
        #expect(destination.lines("P") == ["POST app/blobs/uploads/", "PUT app/blobs/uploads/1"])
    }

    @Test("goes in parts where it is long", arguments: [(9_999, 1), (4096, 2), (5000, 1), (1000, 9), (999, 10)])
    func parts(partLength: Int, patches: Int) async throws {
        #expect(try await send(partLength: partLength) == 10_000)
        #expect(arrived == bytes)
        #expect(destination.lines("PATCH").count == patches)
        #expect(source.lines("GET app/blobs").count == 1)
    }

    static let breaks: [(prefix: String, number: Int, fault: FakeRegistry.Fault)] = [
        ("PATCH", 1, .cutBody(1000)), ("PATCH", 2, .cutBody(1)), ("PATCH", 2, .cutBody(4095)),
        ("PATCH", 1, .doneThenCut),
        ("PATCH", 2, .doneThenStatus(500)), ("PATCH", 1, .cut), ("PATCH", 2, .status(503)), ("PUT", 1, .cutBody(500)),
        ("PUT", 1, .cut), ("PUT", 1, .status(500)), ("PATCH", 2, .status(429, ["Retry-After": "3"])),
    ]

    @Test("goes on from what the registry has where it broke off", arguments: breaks)
    func resumed(prefix: String, number: Int, fault: FakeRegistry.Fault) async throws {
        destination.upon(prefix, number...number, fault)
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
        // One upload, as the registry still knows it, unless nothing of it has arrived.
        let begun = destination.lines("POST").count
        #expect(begun == 1 || destination.lines("DELETE") == ["DELETE app/blobs/uploads/1"])
    }

    @Test("asks the source for the rest only")
    func rest() async throws {
        destination.upon("PATCH", 2...2, .cutBody(904))
        try await send()
        #expect(source.asked.filter { $0.line.hasPrefix("GET app/blobs") }.count == 2)
        #expect(source.with { $0.ranges } == ["", "bytes=5000-"])
    }

    @Test("reads over what is there where the source gives no parts")
    func noRanges() async throws {
        source.with { $0.behaviour.knowsRanges = false }
        destination.upon("PATCH", 2...2, .cutBody(904))
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
    }

    @Test("begins anew where the registry has forgotten it")
    func forgotten() async throws {
        destination.upon("PATCH", 2...2, .cutBody(10))
        destination.upon("GET app/blobs/uploads", .meanwhile { registry in registry.with { $0.uploads = [:] } })
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
        #expect(destination.lines("POST").count == 2)
    }

    @Test("begins anew where the source breaks off", arguments: [FakeRegistry.Fault.cut, .status(503)])
    func sourceBreaks(fault: FakeRegistry.Fault) async throws {
        source.upon("GET app/blobs", fault)
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
    }

    @Test("may break off however often as long as it gets on")
    func often() async throws {
        destination.upon("PATCH", 1...9, .cutBody(700))
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
    }

    @Test("is given up where it does not get on")
    func stuck() async throws {
        destination.upon("PATCH", 1...100, .cut)
        let error = await #expect(throws: RegistryError.self) { try await send() }
        #expect(error?.kind == .tryLater)
        #expect(destination.lines("PATCH").count == 5)
    }

    @Test("goes on with a new token where the old one ended in between")
    func expired() async throws {
        destination.with { $0.behaviour.tokenLife = .seconds(300) }
        destination.upon("PATCH", 2...2, .meanwhile { registry in registry.with { $0.tokens = [:] } })
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
        #expect(destination.lines("POST").count == 1)
    }

    @Test("is refused at once where it is not allowed")
    func denied() async throws {
        destination.upon("PATCH", 1...100, .status(403))
        let error = await #expect(throws: RegistryError.self) { try await send() }
        #expect(error?.kind == .denied)
        #expect(destination.lines("PATCH").count == 2)
    }

    @Test("goes to where the registry says, be it a whole address")
    func absolutePlace() async throws {
        destination.with { $0.behaviour.uploadPrefix = "https://target.example" }
        #expect(try await send() == 10_000)
        #expect(arrived == bytes)
    }
}
