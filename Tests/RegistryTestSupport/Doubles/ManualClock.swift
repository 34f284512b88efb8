internal import HTTP
internal import Synchronization

/// A clock that a test sets, and on which others sleep until then.
final class ManualClock: Sendable {
    private struct State {
        var now: Duration = .zero
        var sleepers: [Int: (end: Duration, continuation: CheckedContinuation<Bool, Never>)] = [:]
        var nextNumber = 0
    }

    private let state = Mutex(State())

    /// How many sleep.
    var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Moves the clock, and wakes whoever it was time for.
    func advance(by time: Duration) {
        let due = state.withLock { state in
            state.now += time
            let due = state.sleepers.filter { $0.value.end <= state.now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume(returning: true) }
    }

    /// Pacing by this clock.
    func pacing(chance: Double = 0.5) -> Pacing {
        Pacing(
            elapsed: { self.state.withLock { $0.now } },
            unixTime: { self.state.withLock { Int($0.now.components.seconds) } },
            sleep: { duration throws(CancellationError) in
                guard await self.sleep(duration) else { throw CancellationError() }
            }, chance: { chance })
    }

    private func sleep(_ duration: Duration) async -> Bool {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard duration > .zero else { return true }
                    state.sleepers[number] = (state.now + duration, continuation)
                    return false
                }
                if isOver { return continuation.resume(returning: true) }
                if Task.isCancelled { wake(number) }
            }
        } onCancel: {
            wake(number)
        }
    }

    private func wake(_ number: Int) {
        state.withLock { $0.sleepers.removeValue(forKey: number) }?.continuation.resume(returning: false)
    }
}

/// A door that is closed at first.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    /// Waits until it is open.
    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
