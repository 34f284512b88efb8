internal import CIEnv
internal import Testing

/// Which jobs are watched, so that their directories go with them.
@Suite struct JobWatcherTests {
    /// What a runner says of its machine, and whether a job there is watched.
    static let machines: [(variables: [String: String], isWatched: Bool)] = [
        ([:], true),
        (["CI_DISPOSABLE_ENVIRONMENT": "true"], false),
        (["CI_DISPOSABLE_ENVIRONMENT": ""], true),
        (["CI_SHARED_ENVIRONMENT": "true"], true),
        (["CI_DISPOSABLE_ENVIRONMENT": "true", "CI_SHARED_ENVIRONMENT": "true"], true),
    ]

    @Test(arguments: machines)
    func `jobs are watched on machines that are not thrown away`(variables: [String: String], isWatched: Bool) {
        #expect(JobWatcher.isWanted(.auto, in: Environment(variables)) == isWatched)
    }

    @Test(arguments: machines)
    func `always and never are what they say`(variables: [String: String], isWatched: Bool) {
        #expect(JobWatcher.isWanted(.always, in: Environment(variables)))
        #expect(!JobWatcher.isWanted(.never, in: Environment(variables)))
    }
}
