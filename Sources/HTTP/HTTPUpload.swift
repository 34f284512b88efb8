internal import POSIX

/// A request's body that is made while it is sent, of a length that is known before.
///
/// It is made no faster than it is sent, and only once: a request with one is never sent again as it is.
public struct HTTPUpload: Sendable {
    /// How long it is, in bytes.
    public let length: Int
    /// The next part of it, or `nil` at its end.
    let next: HTTPStream.Source

    /// A body of `length` bytes, which `source` has.
    public init(length: Int, source: @escaping HTTPStream.Source) {
        self.length = length
        next = source
    }
}

/// What the task that makes a body and the thread that sends it share: parts that are made and not sent.
final class UploadBuffer: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// How much of `bytes` is sent.
        var sent = 0
        var hasEnded = false
        var writer: CheckedContinuation<Bool, Never>?
        /// Whether the transfer waits for more.
        var isStarved = false
    }

    private let state = Locked(State())

    /// How much may be made ahead, in bytes.
    private static let capacity = 1 << 20

    /// Adds a part and waits until there is room for the next; `wake` has a transfer go on that waits for it.
    ///
    /// - Returns: Whether anybody wants the next.
    func write(_ part: [UInt8], wake: () -> Void) async -> Bool {
        await withCheckedContinuation { continuation in
            let (goesOn, wasStarved): (Bool?, Bool) = state.withLock { state in
                guard !state.hasEnded else { return (false, false) }
                // What is sent makes room first: a writer that stays ahead would otherwise have the buffer grow.
                state.bytes.removeFirst(state.sent)
                state.sent = 0
                state.bytes += part
                let wasStarved = state.isStarved
                state.isStarved = false
                if state.bytes.count < Self.capacity { return (true, wasStarved) }
                state.writer = continuation
                return (nil, wasStarved)
            }
            if wasStarved { wake() }
            if let goesOn { continuation.resume(returning: goesOn) }
        }
    }

    /// Says that nothing more comes, or nothing more is wanted.
    func end(wake: () -> Void = {}) {
        let (writer, wasStarved) = state.withLock { state in
            let writer = state.writer.take(), wasStarved = state.isStarved
            state.hasEnded = true
            state.isStarved = false
            return (writer, wasStarved)
        }
        if wasStarved { wake() }
        writer?.resume(returning: false)
    }

    /// What `pull` found.
    enum Pulled: Equatable {
        /// This many bytes.
        case bytes(Int)
        /// Nothing yet; the transfer is woken when there is more.
        case nothingYet
        /// Nothing, and nothing more will come.
        case end
    }

    /// Fills `target` with what is next.
    func pull(into target: UnsafeMutableRawBufferPointer) -> Pulled {
        let (pulled, writer): (Pulled, CheckedContinuation<Bool, Never>?) = state.withLock { state in
            let rest = state.bytes.count - state.sent
            guard rest > 0 else {
                if state.hasEnded { return (.end, nil) }
                state.isStarved = true
                return (.nothingYet, nil)
            }
            let count = min(rest, target.count)
            unsafe state.bytes.withUnsafeBytes { bytes in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[state.sent..<state.sent + count]))
            }
            state.sent += count
            return (.bytes(count), rest - count < Self.capacity / 2 ? state.writer.take() : nil)
        }
        writer?.resume(returning: true)
        return pulled
    }
}
