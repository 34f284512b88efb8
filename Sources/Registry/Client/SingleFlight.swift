internal import HTTP
internal import POSIX

/// Has a value that many ask for made once at a time.
///
/// Who asks first makes it; who asks meanwhile waits for that. Where the first does not wait for it any more, the next
/// one makes it.
final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Result<Value, RegistryError>?, Never>

    private struct State {
        /// Those who wait, by number, for each key that is being made.
        var waiting: [Key: [Int: Waiter]] = [:]
        var nextNumber = 0
    }

    private let state = Locked(State())

    /// The value that `make` makes, or that somebody else is making for `key`.
    func value(
        for key: Key, make: () async throws(RegistryError) -> Value
    ) async throws(RegistryError) -> Value {
        while true {
            let number = state.withLock { state -> Int? in
                guard state.waiting[key] != nil else {
                    state.waiting[key] = [:]
                    return nil
                }
                state.nextNumber += 1
                return state.nextNumber
            }
            guard let number else { return try await lead(key, make) }
            // Nothing means that whoever made it has given up.
            if let result = await follow(key, number) { return try result.get() }
        }
    }

    private func lead(_ key: Key, _ make: () async throws(RegistryError) -> Value) async throws(RegistryError) -> Value
    {
        do throws(RegistryError) {
            let value = try await make()
            finish(key, .success(value))
            return value
        } catch {
            finish(key, error.kind == .cancelled ? nil : .failure(error))
            throw error
        }
    }

    private func finish(_ key: Key, _ result: Result<Value, RegistryError>?) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: key) }
        waiting?.values.forEach { $0.resume(returning: result) }
    }

    private func follow(_ key: Key, _ number: Int) async -> Result<Value, RegistryError>? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                let isOver = state.withLock { state in
                    guard state.waiting[key] != nil else { return true }
                    state.waiting[key]?[number] = continuation
                    return false
                }
                if isOver { return continuation.resume(returning: nil) }
                if Task.isCancelled { giveUp(key, number) }
            }
        } onCancel: {
            giveUp(key, number)
        }
    }

    private func giveUp(_ key: Key, _ number: Int) {
        let waiter = state.withLock { $0.waiting[key]?.removeValue(forKey: number) }
        waiter?.resume(returning: .failure(RegistryError(.cancelled, "interrupted")))
    }
}
