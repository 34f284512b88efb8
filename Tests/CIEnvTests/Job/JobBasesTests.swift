internal import CIEnv
internal import TestSupport
internal import Testing

/// Where a user's job directories may lie, and which place is taken.
@Suite struct JobBasesTests {
    @Test func `the system's own directory comes first, then XDG_RUNTIME_DIR, TMPDIR and tmp`() {
        let environment = Environment(["XDG_RUNTIME_DIR": "/run/user/7", "TMPDIR": "/var/tmp"])
        let bases = JobBases(explicit: nil, ownDirectory: "/runner/_temp", environment: environment)
        #expect(bases.explicit == nil)
        #expect(bases.candidates == ["/runner/_temp", "/run/user/7", "/var/tmp", "/tmp"])
    }

    @Test func `what is not set, or is empty, is no place`() {
        let bases = JobBases(explicit: nil, ownDirectory: nil, environment: Environment(["TMPDIR": ""]))
        #expect(bases.candidates == ["/tmp"])
    }

    /// Three places of which the last can be used.
    private struct Places: ~Copyable {
        let scratch: ScratchDirectory
        let last: String

        init() throws {
            let scratch = try ScratchDirectory()
            last = try scratch.directory("last")
            self.scratch = scratch
        }

        func bases(first: String, second: String, explicit: String? = nil) -> JobBases {
            JobBases(
                explicit: explicit, ownDirectory: first,
                environment: Environment(["XDG_RUNTIME_DIR": second, "TMPDIR": last]))
        }

        func root(in base: String) -> String { "\(base)/berth-\(Berth.user)" }
    }

    @Test func `the first place that can be used is taken, and only that`() throws {
        let places = try Places()
        let (first, second) = (try places.scratch.directory("first"), try places.scratch.directory("second"))
        #expect(
            try places.bases(first: first, second: second).openRoot(user: Berth.user).path == places.root(in: first))
        #expect(Files.names(in: second) == [] && Files.names(in: places.last) == [])
    }

    @Test func `places that are missing or no directories are passed over`() throws {
        let places = try Places()
        let bases = places.bases(
            first: "\(places.scratch.path)/missing", second: try places.scratch.file("file", ""))
        #expect(try bases.openRoot(user: Berth.user).path == places.root(in: places.last))
    }

    @Test(arguments: ["missing", "file"])
    func `a place that was asked for and cannot be used is an error`(name: String) throws {
        let places = try Places()
        _ = try places.scratch.file("file", "")
        let bases = places.bases(first: places.last, second: places.last, explicit: "\(places.scratch.path)/\(name)")
        let error = #expect(throws: CIEnvError.self) { _ = try bases.openRoot(user: Berth.user) }
        #expect(error?.kind == .badConfiguration)
        #expect(Files.names(in: places.last) == [], "no other place is taken in its stead")
    }

    @Test func `the place that was asked for is taken before all others`() throws {
        let places = try Places()
        let explicit = try places.scratch.directory("explicit")
        let bases = places.bases(first: places.last, second: places.last, explicit: explicit)
        #expect(try bases.openRoot(user: Berth.user).path == places.root(in: explicit))
    }

    @Test func `a root that somebody prepared is refused, not passed over`() throws {
        let places = try Places()
        let first = try places.scratch.directory("first")
        try Files.makeDirectory(places.root(in: first), mode: 0o777)
        let bases = places.bases(first: first, second: places.last)
        let error = #expect(throws: CIEnvError.self) { _ = try bases.openRoot(user: Berth.user) }
        #expect(error?.kind == .badConfiguration)
        #expect(Files.names(in: places.last) == [])
    }

    // MARK: - Collecting

    @Test func `ended jobs are found in every place, and a place with two names is looked at once`() throws {
        let places = try Places()
        let machine = try FakeMachine()
        let first = try places.scratch.directory("first")
        try Files.link("\(places.scratch.path)/second", to: "first")
        for base in [first, places.last] {
            let root = try JobRoot.make(in: base, user: Berth.user)
            for (name, lease) in [("ended", Lease.fake(expires: .fake)), ("alive", Lease.fake())] {
                let directory = JobDirectory(system: name, jobKey: nil, in: root)
                try directory.make(
                    [.init("docker", .directory([])), .init("lease.json", .file(Array(lease.text.utf8)))], in: root)
            }
        }
        let bases = places.bases(first: first, second: "\(places.scratch.path)/second")
        // A rehearsal, as the machine's own /tmp is one of the places.
        let report = bases.collect(by: JobCollector(observer: machine.host()), isRehearsal: true)
        let removed = report.removed.filter { $0.hasPrefix(places.scratch.path) }
        #expect(removed.count == 2)
        for base in [first, places.last] {
            #expect(removed.contains { $0.hasPrefix("\(places.root(in: base))/ended-") })
        }
        #expect(report.alive >= 2)

        let named = places.bases(first: first, second: "\(places.scratch.path)/second", explicit: places.last)
        let only = named.collect(by: JobCollector(observer: machine.host()))
        #expect(only.removed.count == 1 && only.alive == 1, "the place that was asked for, and no other")
    }
}
