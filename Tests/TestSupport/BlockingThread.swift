import Glibc

/// Runs work that blocks on a thread of its own, so that it never takes one of the few threads that async code shares.
///
/// The tests start hundreds of processes at once on two cores: waiting for them on the cooperative pool would stop it.
public func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        startThread { continuation.resume(with: Result { try work() }) }
    }
}

/// What a new thread is to do, as an object, since a C function pointer cannot carry a closure.
private final class ThreadWork: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

private func startThread(_ work: @escaping @Sendable () -> Void) {
    let box = unsafe Unmanaged.passRetained(ThreadWork(work)).toOpaque()
    var thread = pthread_t()
    let code = unsafe pthread_create(
        &thread, nil,
        { argument in
            if let argument = unsafe argument {
                unsafe Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run()
            }
            return nil
        }, box)
    precondition(code == 0, "no thread to be had: error \(code)")
    pthread_detach(thread)
}
