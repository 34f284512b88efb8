/// What Buildkite sets.
///
/// https://buildkite.com/docs/pipelines/configure/environment-variables
enum Buildkite {
    static func predefined(_ job: LocalJob) -> [VariableGroup] { [run(job), source(job), pullRequest(job)] }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "BUILDKITE": "true", "BUILDKITE_BUILD_ID": LocalJob.uuid,
            "BUILDKITE_BUILD_NUMBER": LocalJob.number, "BUILDKITE_JOB_ID": LocalJob.uuid,
            "BUILDKITE_STEP_ID": LocalJob.uuid, "BUILDKITE_LABEL": LocalJob.name, "BUILDKITE_RETRY_COUNT": "0",
            "BUILDKITE_SOURCE": "webhook", "BUILDKITE_TIMEOUT": "false",
            "BUILDKITE_BUILD_CHECKOUT_PATH": job.directory, "BUILDKITE_BUILD_CREATOR": job.user.name,
            "BUILDKITE_BUILD_CREATOR_EMAIL": job.user.email, "BUILDKITE_REBUILT_FROM_BUILD_ID": "",
            "BUILDKITE_REBUILT_FROM_BUILD_NUMBER": "", "BUILDKITE_TRIGGERED_FROM_BUILD_ID": "",
            "BUILDKITE_TRIGGERED_FROM_BUILD_NUMBER": "", "BUILDKITE_TRIGGERED_FROM_BUILD_PIPELINE_SLUG": "",
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        [
            "BUILDKITE_COMMIT": job.commit, "BUILDKITE_COMMIT_RESOLVED": when(job.commit != nil, "true"),
            // A tag is called a branch too, and there is always a tag, though mostly an empty one.
            "BUILDKITE_BRANCH": job.referenceName, "BUILDKITE_TAG": job.tag ?? "",
            "BUILDKITE_MESSAGE": job.message?.text, "BUILDKITE_BUILD_AUTHOR": job.message?.authorName,
            "BUILDKITE_BUILD_AUTHOR_EMAIL": job.message?.authorEmail, "BUILDKITE_REPO": job.remote?.sshURL,
            "BUILDKITE_PIPELINE_DEFAULT_BRANCH": job.defaultBranch, "BUILDKITE_PIPELINE_PROVIDER": job.remote?.forge,
        ]
    }

    private static func pullRequest(_ job: LocalJob) -> VariableGroup {
        guard let change = job.change else {
            return [
                "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "",
                "BUILDKITE_PULL_REQUEST_REPO": "", "BUILDKITE_PULL_REQUEST_LABELS": "",
            ]
        }
        return [
            "BUILDKITE_PULL_REQUEST": change.number, "BUILDKITE_PULL_REQUEST_BASE_BRANCH": change.target,
            "BUILDKITE_PULL_REQUEST_REPO": job.remote.map { "git://\($0.hostName)/\($0.path).git" },
        ]
    }
}
