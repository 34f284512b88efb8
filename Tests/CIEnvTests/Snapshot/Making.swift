internal import CIEnv
internal import DockerConfig
internal import TestSupport
internal import Testing

/// A snapshot of a job of `system` with these variables.
func snapshot(
    _ variables: [String: String], of system: String = "gitlab", job: String? = nil, secret: [String] = [],
    keep: [String] = [], logins: [String] = []
) throws -> SnapshotMaker.Result {
    let maker = try SnapshotMaker(
        try #require(CISystem.named(system)), variables.map { JobVariable($0.key, $0.value) }, job: job, named: secret,
        kept: keep)
    return maker.make(at: "2026-01-02T03:04:05Z", besides: logins.map { Secret($0) })
}

extension Snapshot {
    /// The variables by their names.
    var values: [String: String] { Dictionary(uniqueKeysWithValues: variables.map { ($0.name, $0.value) }) }
}

/// A value that nothing takes for a secret unless somebody says so.
let plainValue = "a plain value"
