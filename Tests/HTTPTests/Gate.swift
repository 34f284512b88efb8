internal import Glibc
internal import POSIX
internal import TestSupport

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
