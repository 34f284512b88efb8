internal import CIEnv
internal import Glibc
internal import JSON
internal import POSIX
internal import TestSupport

/// A machine with processes that a test makes up, as files where the real ones are in `/proc`.
struct FakeMachine: ~Copyable {
    private let scratch: ScratchDirectory
    /// The processes.
    let processes: ProcessTable

    /// A machine without processes.
    init() throws {
        scratch = try ScratchDirectory()
        processes = ProcessTable(root: scratch.path)
    }

    /// The path of `name` beside the processes.
    func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    /// Adds a process with nothing open, or puts it in the place of another one with the same number.
    @discardableResult
    func add(
        _ pid: Int, parent: Int = 1, name: String = "dash", start: Int = 1000, state: Character = "S"
    ) throws -> ProcessTable.Identity {
        if !Files.exists(path("\(pid)")) {
            try Files.makeDirectory(path("\(pid)"))
            try Files.makeDirectory(path("\(pid)/fd"))
        }
        let between = Array(repeating: "0", count: 17).joined(separator: " ")
        try Files.write("\(pid) (\(name)) \(state) \(parent) \(between) \(start) 0 0\n", to: path("\(pid)/stat"))
        return ProcessTable.Identity(pid: pid, startTime: start)
    }

    /// Ends a process.
    func remove(_ pid: Int) {
        unsafe _ = unlink(path("\(pid)/stat"))
    }

    /// Gives a process the file at `target` as its standard output.
    func open(_ target: String, for pid: Int) throws {
        try Files.link(path("\(pid)/fd/1"), to: target)
    }

    /// Makes a pipe with a name and returns its path.
    func pipe(_ name: String) throws -> String {
        guard unsafe mkfifo(path(name), 0o600) == 0 else { throw TestFailure("no pipe: error \(errno)") }
        return path(name)
    }

    /// The machine as one who looks at leases sees it, 5000 seconds after its start.
    func host(_ identity: Host.Identity = .here, now: Moment = .fake) -> Host {
        Host(identity: identity, processes: processes, user: Berth.user, now: now)
    }
}

extension Host.Identity {
    /// The machine that the tests are on.
    static var here: Host.Identity {
        Host.Identity(bootID: "boot-1", pidNamespace: "pid:[1]", machineID: "machine-1", hostName: "runner-1")
    }

    /// The same with some of it changed.
    func with(_ change: (inout Host.Identity) -> Void) -> Host.Identity {
        var copy = self
        change(&copy)
        return copy
    }
}

extension Moment {
    /// When the tests take place.
    static var fake: Moment { Moment(wall: 1_700_000_000, sinceBoot: 5000) }

    /// So many seconds later, or earlier.
    func advanced(by seconds: Int) -> Moment {
        Moment(wall: wall + seconds, sinceBoot: sinceBoot + seconds)
    }
}

extension Lease {
    /// A lease on this machine that ends in an hour.
    static func fake(
        owners: [ProcessTable.Identity] = [], host: Host.Identity = .here, expires: Moment = .fake.advanced(by: 3600)
    ) -> Lease {
        Lease(system: "gitlab", jobKey: "42", owners: owners, host: host, expires: expires)
    }

    /// What its file holds.
    var text: String { json.text() }
}
