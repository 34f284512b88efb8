internal import Glibc
internal import JSON

/// A program that serves the tests on a port of this machine, until its owner goes.
struct Service: ~Copyable, Sendable {
    /// Where it answers, `host:port`.
    let address: String

    private let process: ChildProcess

    /// Starts `line`, a line of shell, and returns when `address` finds in what it has written where it answers.
    init(_ line: String, log: String, address: @Sendable (_ log: String) -> String?) async throws {
        let process = try Command.service(line, log: log).start()
        let isReady = await waitUntil(.seconds(20)) { address((try? Files.text(log)) ?? "") != nil }
        guard isReady, let found = address(try Files.text(log)) else {
            process.signalGroup(SIGTERM)
            throw TestFailure("\(line) did not start: \((try? Files.text(log)) ?? "")")
        }
        self.address = found
        self.process = process
    }

    /// Starts a script of `Servers` and returns when it says that it listens.
    init(script: String, _ arguments: [String], log: String) async throws {
        let words = ["/usr/bin/python3", "-B", Self.path(ofScript: script)] + arguments
        try await self.init(words.map { "'\($0)'" }.joined(separator: " "), log: log, address: announcedAddress)
    }

    /// The process id of the program itself, the first child of the shell that ends it.
    func worker() throws -> Int {
        let children = try Files.text("/proc/\(process.pid)/task/\(process.pid)/children").split(separator: " ")
        guard let pid = children.first.flatMap({ Int($0) }) else { throw TestFailure("the program has ended") }
        return pid
    }

    deinit {
        process.signalGroup(SIGTERM)
    }

    /// A script of `Servers`, each of which does with Debian's python3 alone.
    static func path(ofScript name: String) -> String {
        "\(Berth.packageRoot)/Tests/TestSupport/Servers/\(name)"
    }
}

/// The address that a server says in its log to listen on.
func announcedAddress(_ log: String) -> String? {
    guard let start = log.firstRange(of: "listening on ")?.upperBound else { return nil }
    let rest = log[start...]
    // Until the quote is there, the line is being written.
    return rest.firstIndex(of: "\"").map { String(rest[..<$0]) }
}

/// What a script of `Servers` is told anew while it runs, and what it tells of the requests it got.
struct ServerFiles: ~Copyable, Sendable {
    /// The settings' path.
    let settings: String
    /// The path of the requests' log.
    let requests: String
    /// The path of what the program itself writes.
    let log: String

    /// Files in a scratch directory.
    init(in directory: String) throws {
        settings = "\(directory)/settings.json"
        requests = "\(directory)/requests.log"
        log = "\(directory)/server.log"
        try Files.write("", to: requests)
    }

    /// Puts settings in the place of those before, at once for every request that comes after; counts begin anew.
    func use(_ value: JSONObject) throws {
        var value = value
        value["generation"] = .integer(Int.random(in: 0...Int.max))
        try Files.write(JSONValue.object(value).text(), to: "\(settings).new")
        guard unsafe rename("\(settings).new", settings) == 0 else {
            throw TestFailure("cannot replace \(settings): error \(errno)")
        }
    }

    /// The requests in their order.
    func all() throws -> [JSONObject] {
        try Files.read(requests).split(separator: UInt8(ascii: "\n")).map { line in
            guard let object = try JSONValue(parsing: Array(line)).object else {
                throw TestFailure("no object: \(line)")
            }
            return object
        }
    }
}
