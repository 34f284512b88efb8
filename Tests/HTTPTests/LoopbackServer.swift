internal import Glibc
internal import POSIX
internal import TestSupport

/// A server of this machine that serves each connection on a thread of its own, by whatever a test says.
///
/// When it goes, so do its connections.
final class LoopbackServer: Sendable {
    /// The port of 127.0.0.1 that it listens on.
    let port: Int
    private let listener: Int32
    private let connections = Locked<[Connection]>([])

    /// A server whose connections are each given to `serve`, and end when that returns.
    init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
        listener = newSocket()
        port = try listenOnLoopback(listener, backlog: 128)
        let (listener, connections) = (listener, connections)
        startThread {
            while true {
                let descriptor = accept(listener, nil, nil)
                // Closed by this thread alone: closed by another, the number might be another listener's meanwhile.
                guard descriptor >= 0 else { return _ = close(listener) }
                let connection = connections.withLock { all in
                    let connection = Connection(descriptor, number: all.count)
                    all.append(connection)
                    return connection
                }
                startThread {
                    serve(connection)
                    connection.end()
                }
            }
        }
    }

    /// A server that gives each request the answer that `answer` has for its head, and keeps the connection.
    convenience init(answer: @escaping @Sendable (Connection.Request) -> String) throws {
        try self.init { connection in
            while let request = connection.readRequest(), connection.send(answer(request)) {}
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        connections.withLock { for connection in $0 { connection.interrupt() } }
    }

    /// How many connections there have been.
    var connectionCount: Int { connections.withLock { $0.count } }

    /// How many connections have ended on this side.
    var endedCount: Int { connections.withLock { $0.filter(\.hasEnded).count } }

    /// Whether so many connections have ended on this side, and the system has told the other side of all of them.
    func hasClientNoticedEnd(of count: Int) throws -> Bool {
        guard endedCount == count else { return false }
        // Of each socket its own address, the other one, and the state, of which 01 is "established".
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        return try Files.text("/proc/net/tcp").split(separator: "\n").allSatisfy { line in
            let words = line.split(separator: " ")
            return words.count < 4 || !words[2].hasSuffix(suffix) || words[3] != "01"
        }
    }

    /// How many bytes the system has taken to send.
    var sent: Int { connections.withLock { $0.reduce(0) { $0 + $1.sent } } }

    /// All requests so far, connection by connection.
    var requests: [Connection.Request] { connections.withLock { $0 }.flatMap(\.requests) }
}

/// One connection of a ``LoopbackServer``, whose thread alone reads and writes.
final class Connection: Sendable {
    /// A request's head, and its body where a length is told.
    struct Request: Equatable, Sendable {
        let head: String
        var body: [UInt8] = []

        /// Such as `GET`.
        var method: String { String(head.prefix { $0 != " " }) }
        /// Such as `/v2/`.
        var path: String { head.split(separator: " ").dropFirst().first.map { String($0) } ?? "" }

        /// The value of the field `name`, whose case counts.
        func value(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map {
                String($0.dropFirst(name.count + 2))
            }
        }
    }

    private struct State {
        var descriptor: Int32
        var received: [UInt8] = []
        var requests: [Request] = []
        var sent = 0
    }

    /// Which of its server's connections it is, from 0.
    let number: Int
    private let descriptor: Int32
    private let state: Locked<State>

    init(_ descriptor: Int32, number: Int) {
        self.number = number
        self.descriptor = descriptor
        state = Locked(State(descriptor: descriptor))
        var one: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// What was asked on it so far.
    var requests: [Request] { state.withLock { $0.requests } }
    /// How many bytes the system has taken to send.
    var sent: Int { state.withLock { $0.sent } }

    /// Whether it has ended on this side.
    var hasEnded: Bool { state.withLock { $0.descriptor < 0 } }

    /// The next request's head; `nil` where the client has ended the connection.
    func readHead() -> Request? {
        var bytes = state.withLock { state in
            defer { state.received = [] }
            return state.received
        }
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
                let request = Request(head: String(decoding: bytes[..<end], as: UTF8.self))
                let rest = Array(bytes[end...])
                state.withLock { state in
                    state.received = rest
                    state.requests.append(request)
                }
                return request
            }
            let part = readSome()
            guard !part.isEmpty else { return nil }
            bytes += part
        }
    }

    /// The next request with its body, if its length is told; `nil` where the client has ended the connection.
    func readRequest() -> Request? {
        guard var request = readHead() else { return nil }
        let length = request.value("Content-Length").flatMap { Int($0) } ?? 0
        guard let body = read(length) else { return nil }
        request.body = body
        let whole = request
        state.withLock { $0.requests[$0.requests.count - 1] = whole }
        return request
    }

    /// So many bytes, unless the connection ends before.
    func read(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let part = readSome()
            guard !part.isEmpty else { return nil }
            bytes += part
        }
        let rest = Array(bytes[count...])
        state.withLock { $0.received = rest }
        return Array(bytes[..<count])
    }

    /// What has come, at the latest when something has; empty at the connection's end.
    func readSome() -> [UInt8] {
        let received = state.withLock { state in
            defer { state.received = [] }
            return state.received
        }
        guard received.isEmpty else { return received }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Waits for the client to end the connection.
    func waitForEnd() {
        while !readSome().isEmpty {}
    }

    /// Waits for the client to end the connection, or for the server's end, without reading anything.
    func waitWithoutReading() {
        // POLLRDHUP, which Swift does not see.
        var end = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        while unsafe poll(&end, 1, -1) < 0 {}
    }

    /// Sends `text`; false where nobody takes it any more.
    @discardableResult
    func send(_ text: String) -> Bool {
        send(Array(text.utf8))
    }

    /// Sends `bytes`; false where nobody takes them any more.
    ///
    /// When nobody takes them for a second, `stalled` happens.
    func send(_ bytes: [UInt8], stalled: Gate? = nil) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            var canWrite = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if let stalled, unsafe poll(&canWrite, 1, 1000) == 0 { stalled.open() }
            // So much as there is room for, unless there is none.
            let flags = Int32(MSG_NOSIGNAL) | (canWrite.revents == 0 ? 0 : Int32(MSG_DONTWAIT))
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
            state.withLock { $0.sent += count }
        }
        return true
    }

    /// Ends the connection; what has not been read makes it a reset.
    fileprivate func end() {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            state.descriptor = -1
        }
    }

    /// Has reads and writes fail.
    fileprivate func interrupt() {
        state.withLock { if $0.descriptor >= 0 { shutdown($0.descriptor, Int32(SHUT_RDWR)) } }
    }
}

/// Something that happens once, and that threads and tasks can wait for.
final class Gate: Sendable {
    private let reading: Int32
    private let writing: Locked<Int32>
    private let missing: Locked<Int>

    /// A gate that opens at the `count`th time that it is opened.
    init(after count: Int = 1) throws {
        missing = Locked(count)
        var ends: [Int32] = [-1, -1]
        // A socket pair, as it is made closed to programs that are started meanwhile; they would hold the gate shut.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw TestFailure("no gate: error \(errno)") }
        reading = ends[0]
        writing = Locked(ends[1])
    }

    deinit {
        missing.withLock { $0 = 0 }
        open()
        close(reading)
    }

    /// Has it happen, unless it has.
    func open() {
        let isTime = missing.withLock { missing in
            missing -= 1
            return missing <= 0
        }
        guard isTime else { return }
        writing.withLock { descriptor in
            guard descriptor >= 0 else { return }
            close(descriptor)
            descriptor = -1
        }
    }

    /// Holds this thread until it has happened; false where that takes so long that it never will.
    @discardableResult
    func block() -> Bool {
        var closed = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&closed, 1, 45_000) == 1
    }

    /// Waits until it has happened.
    func wait() async throws {
        guard try await onThread({ self.block() }) else { throw TestFailure("what was waited for does not happen") }
    }
}

private func startThread(_ work: @escaping @Sendable () -> Void) {
    Task.detached { try await onThread(work) }
}

private func newSocket(_ flags: Int32 = 0) -> Int32 {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags, 0)
}

/// Has `socket` listen on a free port of 127.0.0.1, and returns that.
private func listenOnLoopback(_ socket: Int32, backlog: Int32) throws -> Int {
    var port = 0
    let isBound = unsafe withLoopback(&port) { address, size in
        unsafe bind(socket, address, size.pointee) == 0 && getsockname(socket, address, size) == 0
    }
    guard isBound, listen(socket, backlog) == 0 else { throw TestFailure("no free port: error \(errno)") }
    return port
}

/// Lends the address of `port`, and makes `port` what the address is then.
private func withLoopback<Result>(
    _ port: inout Int, _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    defer { port = Int(UInt16(bigEndian: address.sin_port)) }
    return unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, &size) }
    }
}

/// A port of 127.0.0.1 whose queue of new connections is full: the system answers nobody who wants another.
struct FullPort: ~Copyable {
    /// The number.
    let number: Int
    private let descriptors: [Int32]

    init() throws {
        let listener = newSocket()
        var port = try listenOnLoopback(listener, backlog: 0)
        number = port
        let clients = (0..<3).map { _ in
            let client = newSocket(Int32(SOCK_NONBLOCK.rawValue))
            _ = unsafe withLoopback(&port) { unsafe connect(client, $0, $1.pointee) }
            return client
        }
        descriptors = [listener] + clients
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}
