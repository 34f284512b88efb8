internal import HTTP
internal import POSIX

/// How many requests may be on their way to a host at once, and from when on.
///
/// A host that asks for fewer requests asks all workers: from its first 429 on each of them waits as long as it said,
/// and half as many go on, one more after each round of good answers. Workers that decide alone would have it refuse
/// all of them again and again.
final class HostLimiter: Sendable {
    private struct State {
        let most: Int
        var limit: Int
        var inFlight = 0
        /// Good answers since the limit has changed.
        var good = 0
        /// Nothing is sent before this time on the steady clock.
        var notBefore: Duration = .zero
        /// Those who wait for a place, by number; the lowest is first.
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
        var nextNumber = 0
    }

    private let state: Locked<State>

    /// A limiter that starts with `most` requests at once.
    init(most: Int) {
        state = Locked(State(most: most, limit: most))
    }

    /// How long nothing will be sent from `now` on.
    func pause(at now: Duration) -> Duration {
        state.withLock { max(.zero, $0.notBefore - now) }
    }

    /// Waits for a place, and until the host may be asked again; not beyond `deadline` on the pacing's steady clock.
    func enter(
        _ request: HTTPRequest, _ pacing: Pacing, until deadline: Duration = .seconds(1 << 32)
    ) async throws(HTTPError) {
        guard await takePlace() else { throw HTTPError(.cancelled, of: request, reason: "interrupted") }
        while true {
            let pause = pause(at: pacing.elapsed())
            if pause <= .zero { return }
            guard pacing.elapsed() + pause < deadline else {
                leave()
                throw HTTPError(.timeout, of: request, reason: "the server asks to wait longer than there is time")
            }
            do { try await pacing.sleep(pause) } catch {
                leave()
                throw HTTPError(.cancelled, of: request, reason: "interrupted")
            }
        }
    }

    /// Gives the place back, after no answer.
    func leave() {
        state.withLock { state in
            state.inFlight -= 1
            return Self.admit(&state)
        }.forEach { $0.resume(returning: true) }
    }

    /// Gives the place back, after an answer that asks for fewer requests or not, and whose request would be made again
    /// after `wait`.
    func leave(asksForLess: Bool, askedToWait wait: Duration?, at now: Duration) {
        // Answers that come in the pause are to what was sent before it, and say nothing new.
        state.withLock { state in
            state.inFlight -= 1
            if asksForLess {
                if now >= state.notBefore { state.limit = max(1, state.limit / 2) }
                state.notBefore = max(state.notBefore, now + (wait ?? .zero))
                state.good = 0
            } else if state.limit < state.most, now >= state.notBefore {
                state.good += 1
                if state.good >= state.limit { (state.limit, state.good) = (state.limit + 1, 0) }
            }
            return Self.admit(&state)
        }.forEach { $0.resume(returning: true) }
    }

    /// - Returns: Whether there is a place; there is none for who does not wait any more.
    private func takePlace() async -> Bool {
        let number = state.withLock { state -> Int? in
            if state.inFlight < state.limit, state.waiting.isEmpty {
                state.inFlight += 1
                return nil
            }
            state.nextNumber += 1
            return state.nextNumber
        }
        guard let number else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let admitted = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
                    state.waiting[number] = continuation
                    return Self.admit(&state)
                }
                admitted.forEach { $0.resume(returning: true) }
                if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
    }

    private func giveUp(_ number: Int) {
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: false)
    }

    /// Gives the free places to the first who wait: more than one, where the limit has been raised.
    private static func admit(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
        var admitted: [CheckedContinuation<Bool, Never>] = []
        while state.inFlight < state.limit, let first = state.waiting.keys.min(),
            let waiting = state.waiting.removeValue(forKey: first)
        {
            state.inFlight += 1
            admitted.append(waiting)
        }
        return admitted
    }
}

/// The limiters of all hosts that a command speaks to.
final class HostLimiters: Sendable {
    private let most: Int
    private let limiters = Locked<[String: HostLimiter]>([:])

    /// Limiters that each start with `most` requests at once.
    init(most: Int) {
        self.most = most
    }

    /// The one for who answers at `url`.
    func limiter(for url: URLParts) -> HostLimiter {
        limiters.withLock { limiters in
            if let limiter = limiters[url.origin] { return limiter }
            let limiter = HostLimiter(most: most)
            limiters[url.origin] = limiter
            return limiter
        }
    }
}
