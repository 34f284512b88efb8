internal import HTTP
internal import POSIX

/// Does work for each number below `count`, by at most `width` workers at once.
///
/// A worker takes the next number as soon as it is done with one, on the thread `executor` where there is one. The first
/// error ends all of it.
func forEach(
    below count: Int, width: Int, executor: (any TaskExecutor)? = nil,
    _ work: @escaping @Sendable (Int) async throws(RegistryError) -> Void
) async throws(RegistryError) {
    let next = Locked(0)
    @Sendable func take() -> Int? {
        next.withLock { next in
            guard next < count else { return nil }
            defer { next += 1 }
            return next
        }
    }
    let failure: RegistryError? = await withTaskGroup(of: RegistryError?.self) { group in
        for _ in 0..<min(width, count) {
            group.addTask(executorPreference: executor) { () async -> RegistryError? in
                do throws(RegistryError) {
                    while let number = take() {
                        guard !Task.isCancelled else { throw RegistryError(.cancelled, "interrupted") }
                        try await work(number)
                    }
                    return nil
                } catch {
                    return error
                }
            }
        }
        var first: RegistryError?
        for await error in group {
            guard let error, first == nil else { continue }
            first = error
            group.cancelAll()
        }
        return first
    }
    if let failure { throw failure }
}
