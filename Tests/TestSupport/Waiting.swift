/// Waits until `condition` holds, looking again every few milliseconds; false where the deadline came first.
///
/// For what has no event to wait for: a port that opens, a directory that another process removes.
public func waitUntil(
    _ deadline: Duration = .seconds(10), _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
    let end = ContinuousClock.now + deadline
    while true {
        if try await condition() { return true }
        if ContinuousClock.now >= end { return false }
        try? await Task.sleep(for: .milliseconds(3))
    }
}
