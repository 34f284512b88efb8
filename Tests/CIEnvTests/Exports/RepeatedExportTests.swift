internal import CIEnv
internal import Testing

/// A shell that evaluates `ci-env` more than once, as the steps of a job may.
@Suite struct RepeatedExportTests {
    @Test(arguments: [WerfParityTests.gitLabJob, WerfParityTests.gitHubJob, ["BERTH_REPO": "r.example.com/app"], [:]])
    func `a second time changes nothing that the first has set`(job: [String: String]) {
        let first = exports(job, project: "web")
        let second = exports(job.merging(evaluated(first, in: job)) { $1 }, project: "web")
        #expect(!second.isEmpty)
        #expect(Set(second.lines).subtracting(first.lines) == [])
    }

    @Test func `another job's variables do not reach this one`() {
        let other = WerfParityTests.gitLabJob.merging([
            "CI_COMMIT_SHA": "other", "CI_COMMIT_TAG": "other", "CI_JOB_URL": "https://other",
            "CI_PIPELINE_URL": "other", "CI_PROJECT_URL": "https://other",
        ]) { $1 }
        let mixed = WerfParityTests.gitLabJob.merging(evaluated(exports(other), in: other)) { own, _ in own }
        let found = exports(mixed)
        #expect(found.lines.filter { $0.contains("other") } == [])
        #expect(found["BERTH_TAG"] == "v1.0")
        #expect(found["WERF_ADD_ANNOTATION_CI_GIT_TAG"] == "ci.werf.io/tag=v1.0")
    }

    @Test func `a value is handed on byte for byte`() {
        let tag = "v1'\"$(touch x)`\n\u{1B}é"
        #expect(exports(WerfParityTests.gitLabJob.merging(["CI_COMMIT_TAG": tag]) { $1 })["BERTH_TAG"] == tag)
    }

    /// What the shell of `job` has afterwards.
    private func evaluated(_ exports: [Export], in job: [String: String]) -> [String: String] {
        let values = exports.map { export in
            switch export.value {
            case .text(let text): (export.name, text)
            case .reference(let variable): (export.name, job[variable] ?? "")
            }
        }
        return Dictionary(uniqueKeysWithValues: values)
    }
}
