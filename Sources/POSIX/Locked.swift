internal import Glibc

/// A value behind a mutex.
///
/// A pthread mutex, as ThreadSanitizer does not know the futex inside `Synchronization.Mutex` and reports what is
/// properly locked.
///
/// Sendable although the compiler cannot see it: `value` is reached in ``withLock(_:)`` only.
@safe public final class Locked<Value: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    /// Puts `value` behind a new mutex.
    public init(_ value: consuming sending Value) {
        unsafe mutex = .allocate(capacity: 1)
        self.value = value
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Lends the value to `body`, to nobody else meanwhile, and returns what that returns.
    public func withLock<Result, Failure>(
        _ body: (inout Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}

extension Locked<Int> {
    /// Counts one more, and returns how many that are.
    public func increment() -> Int {
        withLock { count in
            count += 1
            return count
        }
    }
}
