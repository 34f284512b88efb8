import Glibc

/// A port of 127.0.0.1 that nothing listens on, and that nobody else is given, for as long as this lives.
public struct ClosedPort: ~Copyable {
    /// The number.
    public let number: Int
    private let descriptor: Int32

    /// Takes one.
    public init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        // Bound without listening: the system refuses whoever connects.
        number = try boundPort(descriptor)
    }

    deinit {
        close(descriptor)
    }
}

/// A port of 127.0.0.1 that nothing listened on a moment ago; for programs that cannot choose one themselves.
func unusedPort() throws -> Int {
    try ClosedPort().number
}

/// Whether something listens on `port` of 127.0.0.1.
func answers(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    return unsafe withLoopback(port) { unsafe connect(descriptor, $0, $1) == 0 }
}

/// Binds `socket` to a free port of 127.0.0.1 and returns that.
func boundPort(_ socket: Int32) throws -> Int {
    let isBound = unsafe withLoopback(0) { unsafe bind(socket, $0, $1) == 0 }
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isKnown = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(socket, $0, &size) == 0 }
    }
    guard isBound, isKnown else { throw TestFailure("no free port: error \(errno)") }
    return Int(UInt16(bigEndian: address.sin_port))
}

private func withLoopback<Result>(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}
