internal import POSIX

/// One exchange as those who wait for it and the thread that makes it share it.
final class Transfer: Sendable {
    typealias Outcome<Value> = CheckedContinuation<Result<Value, HTTPError>, Never>

    /// What is handed over to whoever waits.
    enum Delivery: Sendable {
        /// The answer when it is whole.
        case whole
        /// The head when it is there, then the body in parts.
        case parts
    }

    private struct State {
        var isCancelled = false
        /// Who waits for the answer, or its head.
        var answer: Outcome<HTTPResponse>?
        /// Who waits for a part of the body.
        var reader: Outcome<[UInt8]?>?
        var unread: [UInt8] = []
        /// Whether the transfer waits for somebody to read.
        var isPaused = false
        var end: Result<Void, HTTPError>?
    }

    let request: HTTPRequest
    let delivery: Delivery
    /// What is sent as it is made, where something is.
    let upload: UploadBuffer?
    private let state = Locked(State())

    /// How much of a body may lie unread, in bytes.
    private static let capacity = 1 << 20

    init(_ request: HTTPRequest, delivery: Delivery, upload: UploadBuffer?) {
        self.request = request
        self.delivery = delivery
        self.upload = upload
    }

    // MARK: who waits

    func wait(_ continuation: Outcome<HTTPResponse>) {
        state.withLock { $0.answer = continuation }
    }

    func cancel() {
        state.withLock { $0.isCancelled = true }
    }

    /// The next part of the body; `resume` has a paused transfer go on.
    func nextPart(resume: () -> Void) async -> Result<[UInt8]?, HTTPError> {
        enum Now {
            case part([UInt8]), end(Result<Void, HTTPError>), wait
        }
        return await withCheckedContinuation { (continuation: Outcome<[UInt8]?>) in
            let (now, wasPaused): (Now, Bool) = state.withLock { state in
                let wasPaused = state.isPaused
                state.isPaused = false
                if !state.unread.isEmpty {
                    let part = state.unread
                    state.unread = []
                    return (.part(part), wasPaused)
                }
                if let end = state.end { return (.end(end), false) }
                state.reader = continuation
                return (.wait, wasPaused)
            }
            if wasPaused { resume() }
            switch now {
            case .part(let part): continuation.resume(returning: .success(part))
            case .end(let end): continuation.resume(returning: end.map { nil })
            case .wait: break
            }
        }
    }

    // MARK: the thread that makes it

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Hands over the head of the answer, unless that has been done.
    func deliver(head: () -> HTTPResponse) {
        guard let waiting = state.withLock({ $0.answer.take() }) else { return }
        waiting.resume(returning: .success(head()))
    }

    /// Hands over a part of the body; false where the transfer has to wait for somebody to read.
    func deliver(_ part: some Collection<UInt8>) -> Bool {
        let (reader, isTaken): (Outcome<[UInt8]?>?, Bool) = state.withLock { state in
            if let reader = state.reader.take() { return (reader, true) }
            guard state.unread.count + part.count <= Self.capacity || state.unread.isEmpty else {
                state.isPaused = true
                return (nil, false)
            }
            state.unread.append(contentsOf: part)
            return (nil, true)
        }
        reader?.resume(returning: .success(Array(part)))
        return isTaken
    }

    /// Tells all who wait that it is over.
    func finish(_ result: Result<HTTPResponse, HTTPError>) {
        upload?.end()
        let end = result.map { _ in }
        let (answer, reader) = state.withLock { state in
            let waiting = (state.answer.take(), state.reader.take())
            if state.end == nil { state.end = end }
            return waiting
        }
        answer?.resume(returning: result)
        reader?.resume(returning: end.map { nil })
    }
}
