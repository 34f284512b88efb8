@testable internal import CIEnv
internal import POSIX
internal import TestSupport
internal import Testing

/// What a collector removes from a root, and what it leaves alone.
@Suite struct JobCollectorTests {
    /// A root that things are put into by hand, as a killed berth or a person may leave them.
    private struct Place: ~Copyable {
        let scratch: ScratchDirectory
        let root: JobRoot
        let machine: FakeMachine

        init() throws {
            let scratch = try ScratchDirectory()
            let root = try JobRoot.make(in: scratch.path, user: Berth.user)
            machine = try FakeMachine()
            self.scratch = scratch
            self.root = root
        }

        func path(_ name: String) -> String { "\(root.path)/\(name)" }

        /// Makes a job's directory with that lease, or that text in the place of one.
        func add(_ name: String, _ lease: Lease? = nil, text: String? = nil) throws {
            try Files.makeDirectory(path(name))
            try Files.makeDirectory(path("\(name)/docker"))
            try Files.write("{}", to: path("\(name)/docker/config.json"))
            if let content = text ?? lease?.text { try Files.write(content, to: path("\(name)/lease.json")) }
        }

        func collect(isRehearsal: Bool = false, at now: Moment = .realNow) -> JobCollector.Report {
            JobCollector(observer: machine.host(now: now)).collect(root, isRehearsal: isRehearsal)
        }

        var names: [String] { Files.names(in: root.path) }
    }

    /// A process that is gone on a machine without processes.
    private static let ghost = ProcessTable.Identity(pid: 99, startTime: 1)

    @Test func `the living are kept and counted, the ended removed and named`() throws {
        let place = try Place()
        try place.add("gitlab-1-a", .fake(owners: [try place.machine.add(20)]))
        try place.add("gitlab-2-b", .fake())
        try place.add("gitlab-3-c", .fake(owners: [Self.ghost]))
        try place.add("gitlab-4-d", .fake(expires: .fake))
        let report = place.collect()
        #expect(report.removed.sorted() == [place.path("gitlab-3-c"), place.path("gitlab-4-d")])
        #expect(report.alive == 2)
        #expect(report.problems == [])
        #expect(place.names == ["gitlab-1-a", "gitlab-2-b"])
        let again = place.collect()
        #expect(again.removed == [] && again.alive == 2)
    }

    @Test func `a rehearsal names the same and removes nothing`() throws {
        let place = try Place()
        try place.add("gitlab-1-a", .fake())
        try place.add("gitlab-2-b", .fake(owners: [Self.ghost]))
        try place.add(".new-c")
        try place.add(".trash-d")
        let before = Files.snapshot(place.root.path)
        let rehearsal = place.collect(isRehearsal: true)
        #expect(Files.differences(before, Files.snapshot(place.root.path)) == [])
        #expect(rehearsal.removed.sorted() == [place.path(".new-c"), place.path(".trash-d"), place.path("gitlab-2-b")])
        let report = place.collect()
        #expect(Set(report.removed) == Set(rehearsal.removed))
        #expect(report.alive == rehearsal.alive)
        #expect(place.names == ["gitlab-1-a"])
    }

    @Test func `what berth did not make is kept, and links are not followed`() throws {
        let place = try Place()
        let outside = try place.scratch.directory("outside")
        try Files.makeDirectory("\(outside)/docker")
        try Files.write(Lease.fake(expires: .fake).text, to: "\(outside)/lease.json")
        try Files.write("mine", to: place.path("notes.txt"))
        try Files.write("*\n", to: place.path(".gitignore"))
        try Files.makeDirectory(place.path("folder"))
        try Files.write("mine", to: place.path("folder/file"))
        try Files.link(place.path("link"), to: outside)
        try Files.link(place.path(".new-link"), to: outside)
        try Files.link(place.path(".trash-link"), to: outside)
        let before = Files.snapshot(place.scratch.path)
        #expect(place.collect() == JobCollector.Report())
        #expect(Files.differences(before, Files.snapshot(place.scratch.path)) == [])
    }

    @Test func `links in an ended job's directory go, and what they lead to stays`() throws {
        let place = try Place()
        let outside = try place.scratch.directory("outside")
        try Files.write("mine", to: "\(outside)/file")
        try place.add("gitlab-1-a", .fake(owners: [Self.ghost]))
        try Files.link(place.path("gitlab-1-a/docker/contexts"), to: outside)
        #expect(place.collect().removed.count == 1)
        #expect(place.names == [])
        #expect(try Files.text("\(outside)/file") == "mine")
    }

    // MARK: - Half-made and half-removed

    @Test func `a directory that a killed berth was filling is removed`() throws {
        let place = try Place()
        try place.add(".new-abc")
        try Files.makeDirectory(place.path(".new-def"))
        let report = place.collect()
        #expect(report.removed.sorted() == [place.path(".new-abc"), place.path(".new-def")])
        #expect(place.names == [])
    }

    @Test func `a directory that is being filled has its maker's lock, and is kept`() throws {
        let place = try Place()
        try place.add(".new-abc")
        do {
            let lock = try Directory(path: place.path(".new-abc"))
            #expect(try lock.tryLock())
            #expect(place.collect() == JobCollector.Report())
            #expect(place.names == [".new-abc"])
            withExtendedLifetime(lock) {}
        }
        #expect(place.collect().removed == [place.path(".new-abc")])
    }

    @Test func `what a killed removal left is removed, whatever is left in it`() throws {
        let place = try Place()
        try place.add(".trash-abc", .fake())
        try Files.makeDirectory(place.path(".trash-def"))
        // As a removal that made way for itself, or a client that took the permissions away, leaves it.
        try place.add(".trash-ghi")
        Files.setMode(place.path(".trash-ghi/docker"), 0o000)
        Files.setMode(place.path(".trash-ghi"), 0o000)
        #expect(place.collect().removed.count == 3)
        #expect(place.names == [])
    }

    // MARK: - Without a lease

    static let unreadable: [String?] = [nil, "", "{", "null", #"{"version": 2}"#]

    @Test(arguments: unreadable)
    func `a job's directory without a readable lease is left alone for a day`(text: String?) throws {
        let place = try Place()
        try place.add("gitlab-1-a", text: text)
        let report = place.collect(at: .realNow.advanced(by: 23 * 3600))
        #expect(report.removed == [] && report.alive == 1)
        #expect(place.names == ["gitlab-1-a"])
    }

    @Test(arguments: unreadable)
    func `a job's directory without a readable lease goes after a day`(text: String?) throws {
        let place = try Place()
        try place.add("gitlab-1-a", text: text)
        let report = place.collect(at: .realNow.advanced(by: 25 * 3600))
        #expect(report.removed == [place.path("gitlab-1-a")] && report.alive == 0)
        #expect(place.names == [])
    }

    // MARK: - Several at once

    @Test func `of several collectors at once one removes each directory`() async throws {
        let place = try Place()
        for number in 0..<100 { try place.add("gitlab-\(number)-x", .fake(owners: [Self.ghost])) }
        try place.add("gitlab-alive-x", .fake())
        let collector = JobCollector(observer: place.machine.host())
        let base = place.scratch.path
        let reports = try await withThrowingTaskGroup(returning: [JobCollector.Report].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await onThread { collector.collect(try JobRoot.make(in: base, user: Berth.user)) }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(reports.allSatisfy { $0.problems.isEmpty })
        let removed = reports.reduce([]) { $0 + $1.removed }.filter { !$0.contains("/.trash-") }
        #expect(removed.count == 100 && Set(removed).count == 100)
        #expect(place.names == ["gitlab-alive-x"])
    }
}

extension Moment {
    /// The real time of day, which files have, at a made-up time since the start of the machine.
    fileprivate static var realNow: Moment { Moment(wall: Moment.now.wall, sinceBoot: Moment.fake.sinceBoot) }
}
