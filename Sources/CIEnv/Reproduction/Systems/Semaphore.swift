/// What Semaphore sets.
///
/// https://docs.semaphoreci.com/reference/env-vars
enum Semaphore {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [run(job), workflow(job), source(job), job.change.map { pullRequest($0, job) } ?? [:]]
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "SEMAPHORE": "true", "SEMAPHORE_JOB_ID": LocalJob.uuid, "SEMAPHORE_JOB_NAME": LocalJob.name,
            "SEMAPHORE_JOB_TYPE": "pipeline_job", "SEMAPHORE_PIPELINE_ID": LocalJob.uuid,
            "SEMAPHORE_PIPELINE_PROMOTION": "false", "SEMAPHORE_PIPELINE_PROMOTED_BY": "",
            "SEMAPHORE_PIPELINE_RERUN": "false",
        ]
    }

    private static func workflow(_ job: LocalJob) -> VariableGroup {
        [
            "SEMAPHORE_WORKFLOW_ID": LocalJob.uuid, "SEMAPHORE_WORKFLOW_NUMBER": LocalJob.number,
            "SEMAPHORE_WORKFLOW_RERUN": "false", "SEMAPHORE_WORKFLOW_TRIGGERED_BY": job.user.login,
            "SEMAPHORE_WORKFLOW_TRIGGERED_BY_HOOK": "true", "SEMAPHORE_WORKFLOW_TRIGGERED_BY_API": "false",
            "SEMAPHORE_WORKFLOW_TRIGGERED_BY_SCHEDULE": "false",
            "SEMAPHORE_WORKFLOW_TRIGGERED_BY_MANUAL_RUN": "false",
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        let directory = job.directory.split(separator: "/").last.map(String.init)
        let providers = ["github", "bitbucket", "gitlab"]
        return [
            "SEMAPHORE_GIT_SHA": job.commit, "SEMAPHORE_GIT_DIR": directory,
            "SEMAPHORE_GIT_REF": job.change.map { "refs/pull/\($0.number)/merge" } ?? job.reference,
            "SEMAPHORE_GIT_REF_TYPE": type(job), "SEMAPHORE_GIT_BRANCH": branch(job),
            "SEMAPHORE_GIT_WORKING_BRANCH": job.branch, "SEMAPHORE_GIT_TAG_NAME": job.tag,
            "SEMAPHORE_GIT_URL": job.remote?.sshURL, "SEMAPHORE_GIT_REPO_NAME": job.remote?.name,
            "SEMAPHORE_GIT_REPO_SLUG": job.remote?.path,
            "SEMAPHORE_GIT_PROVIDER": job.remote?.forge.flatMap { forge in providers.first { $0 == forge } },
        ]
    }

    private static func type(_ job: LocalJob) -> String? {
        if job.change != nil { return "pull-request" }
        return job.tag != nil ? "tag" : job.branch.map { _ in "branch" }
    }

    /// A tag is called a branch too, by its full name, and a pull request's branch is its target.
    private static func branch(_ job: LocalJob) -> String? {
        job.change == nil ? job.tag.map { "refs/tags/\($0)" } ?? job.branch : job.change?.target
    }

    private static func pullRequest(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        [
            "SEMAPHORE_GIT_PR_NUMBER": change.number, "SEMAPHORE_GIT_PR_BRANCH": job.branch,
            "SEMAPHORE_GIT_PR_SHA": job.commit, "SEMAPHORE_GIT_PR_SLUG": job.remote?.path,
        ]
    }
}
