internal import Synchronization

/// Something that several tasks note.
final class Noted<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) {
        state = Mutex(value)
    }

    var value: Value { state.withLock { $0 } }

    func note(_ change: @Sendable (inout Value) -> Void) {
        state.withLock { change(&$0) }
    }
}
