internal import CIEnv
internal import JSON
internal import POSIX
internal import TestSupport
internal import Testing

/// When a lease has ended, and what stands in its file.
@Suite struct LeaseTests {
    // MARK: - Owners

    @Test func `a lease goes on while one of its owners runs`() throws {
        let machine = try FakeMachine()
        let living = try machine.add(20)
        let gone = ProcessTable.Identity(pid: 21, startTime: 1000)
        #expect(!Lease.fake(owners: [gone, living]).hasEnded(seenFrom: machine.host()))
    }

    @Test func `a lease ends when all of its owners are gone`() throws {
        let machine = try FakeMachine()
        let owners = [try machine.add(20), try machine.add(21)]
        machine.remove(20)
        #expect(!Lease.fake(owners: owners).hasEnded(seenFrom: machine.host()))
        machine.remove(21)
        #expect(Lease.fake(owners: owners).hasEnded(seenFrom: machine.host()))
    }

    @Test func `another process with an owner's number is not the owner`() throws {
        let machine = try FakeMachine()
        let owner = try machine.add(20, start: 1000)
        try machine.add(20, start: 2000)
        #expect(Lease.fake(owners: [owner]).hasEnded(seenFrom: machine.host()))
    }

    @Test(arguments: ["Z", "X"] as [Character])
    func `an owner that has ended and was not fetched is gone`(state: Character) throws {
        let machine = try FakeMachine()
        let owner = try machine.add(20, state: state)
        #expect(Lease.fake(owners: [owner]).hasEnded(seenFrom: machine.host()))
    }

    @Test func `a lease without owners goes on until its time has come`() throws {
        let machine = try FakeMachine()
        #expect(!Lease.fake().hasEnded(seenFrom: machine.host()))
        #expect(Lease.fake().hasEnded(seenFrom: machine.host(now: .fake.advanced(by: 3600))))
    }

    // MARK: - What cannot be seen

    /// From where owners cannot be seen: none of them is the lease's own place.
    static let elsewhere: [Host.Identity] = [
        .here.with { $0.pidNamespace = "pid:[2]" },
        .here.with { $0.pidNamespace = nil },
        .here.with { ($0.bootID, $0.machineID, $0.hostName) = ("boot-2", "machine-2", "runner-2") },
        .here.with { ($0.bootID, $0.hostName) = ("boot-2", "runner-2") },
        .here.with { ($0.bootID, $0.machineID) = ("boot-2", "machine-2") },
        .here.with { ($0.bootID, $0.machineID) = ("boot-2", nil) },
        .here.with { $0.bootID = nil },
    ]

    @Test(arguments: elsewhere)
    func `owners that cannot be seen are not taken for gone`(observer: Host.Identity) throws {
        let machine = try FakeMachine()
        let lease = Lease.fake(owners: [ProcessTable.Identity(pid: 20, startTime: 1000)])
        #expect(lease.hasEnded(seenFrom: machine.host()), "here they would be")
        #expect(!lease.hasEnded(seenFrom: machine.host(observer)))
    }

    @Test(arguments: elsewhere)
    func `the time ends a lease from wherever it is seen`(observer: Host.Identity) throws {
        let machine = try FakeMachine()
        let lease = Lease.fake(owners: [try machine.add(20)])
        #expect(lease.hasEnded(seenFrom: machine.host(observer, now: .fake.advanced(by: 3600))))
    }

    @Test func `a lease of a machine that says nothing of itself has only its time`() throws {
        let machine = try FakeMachine()
        let unknown = Host.Identity(bootID: nil, pidNamespace: nil, machineID: nil, hostName: "")
        let lease = Lease.fake(owners: [ProcessTable.Identity(pid: 20, startTime: 1000)], host: unknown)
        #expect(!lease.hasEnded(seenFrom: machine.host(unknown)))
        #expect(lease.hasEnded(seenFrom: machine.host(unknown, now: .fake.advanced(by: 3600))))
    }

    @Test func `after the same machine was started again no owner can be left`() throws {
        let machine = try FakeMachine()
        let lease = Lease.fake(owners: [try machine.add(20)])
        #expect(lease.hasEnded(seenFrom: machine.host(.here.with { $0.bootID = "boot-2" })))
    }

    // MARK: - Clocks

    @Test(arguments: [0, 1, 86_400])
    func `a lease ends when its time has come, although an owner runs`(late: Int) throws {
        let machine = try FakeMachine()
        let lease = Lease.fake(owners: [try machine.add(20)])
        #expect(!lease.hasEnded(seenFrom: machine.host(now: .fake.advanced(by: 3599))))
        #expect(lease.hasEnded(seenFrom: machine.host(now: .fake.advanced(by: 3600 + late))))
    }

    @Test(arguments: [-1_700_000_000, -86_400, 86_400, 1_000_000_000])
    func `a jump of the wall clock changes nothing`(jump: Int) throws {
        let machine = try FakeMachine()
        let lease = Lease.fake(owners: [try machine.add(20)])
        let before = Moment(wall: Moment.fake.wall + jump, sinceBoot: Moment.fake.sinceBoot)
        #expect(!lease.hasEnded(seenFrom: machine.host(now: before)))
        let after = Moment(wall: before.wall, sinceBoot: lease.expires.sinceBoot)
        #expect(lease.hasEnded(seenFrom: machine.host(now: after)))
    }

    // MARK: - The file

    static let leases: [Lease] = [
        .fake(owners: [.init(pid: 20, startTime: 1000), .init(pid: 1, startTime: 0)]),
        Lease(
            system: "generic", jobKey: nil, owners: [],
            host: .init(bootID: nil, pidNamespace: nil, machineID: nil, hostName: ""),
            expires: Moment(wall: 0, sinceBoot: 0)),
        Lease(
            system: "gitlab", jobKey: "\"\n\\ \u{7} é", owners: [], host: .here,
            expires: Moment(wall: .max, sinceBoot: .max), started: Moment(wall: 1_800_000_000, sinceBoot: 7)),
    ]

    @Test(arguments: leases)
    func `what is written is what is read`(lease: Lease) throws {
        #expect(Lease(Array(lease.json.text(indented: false).utf8)) == lease)
        #expect(Lease(Array(lease.json.text(indented: true).utf8)) == lease)
    }

    static let nonsense = [
        "", " ", "lease", "null", "[]", "{}", "\u{0}", #"{"version": 1}"#,
        without("system"), without("host"), without("expires"), without("expiresSinceBoot"), without("owners"),
        with("version", 2), with("version", "1"), with("expires", "tomorrow"), with("expires", .null),
        with("expiresSinceBoot", "soon"), with("owners", "me"), with("owners", [7]), with("owners", [["pid": 7]]),
        with("owners", [["pid": "7", "start": 1]]),
    ]

    @Test(arguments: nonsense)
    func `a file that is no lease to rely on is none`(text: String) {
        #expect(Lease(Array(text.utf8)) == nil)
    }

    @Test func `half a file is no lease`() {
        let text = Array(Lease.fake().json.text().utf8)
        // Without the newline at the end it is whole.
        for count in 0..<text.count - 1 { #expect(Lease(Array(text.prefix(count))) == nil, "the first \(count) bytes") }
    }

    private static func with(_ key: String, _ value: JSONValue) -> String {
        var object = JSONObject()
        if case .object(let whole) = Lease.fake().json { object = whole }
        object[key] = value
        return JSONValue.object(object).text()
    }

    private static func without(_ key: String) -> String {
        var object = JSONObject()
        if case .object(let whole) = Lease.fake().json { object = whole }
        object[key] = nil
        return JSONValue.object(object).text()
    }
}
