/// What Woodpecker sets.
///
/// https://woodpecker-ci.org/docs/usage/environment
enum Woodpecker {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            run(job), commit(job), job.change.map { change($0, job) } ?? [:],
            job.remote.map { repository($0, job) } ?? [:],
        ]
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "woodpecker", "CI_SYSTEM_NAME": "woodpecker", "CI_SYSTEM_PLATFORM": "linux/\(goArchitecture)",
            "CI_PIPELINE_NUMBER": LocalJob.number, "CI_PIPELINE_PARENT": "0",
            "CI_PIPELINE_EVENT": job.change != nil ? "pull_request" : job.tag != nil ? "tag" : "push",
            "CI_PIPELINE_FORGE_URL": job.changePage ?? job.commitPage,
            "CI_WORKFLOW_NAME": LocalJob.name, "CI_WORKFLOW_NUMBER": LocalJob.number, "CI_STEP_NAME": LocalJob.name,
            "CI_STEP_NUMBER": LocalJob.number, "CI_WORKSPACE": job.directory,
        ]
    }

    /// The branch is the target's for pull requests.
    private static func commit(_ job: LocalJob) -> VariableGroup {
        [
            "CI_COMMIT_SHA": job.commit, "CI_COMMIT_REF": job.change.map { reference($0, job.remote) } ?? job.reference,
            "CI_COMMIT_BRANCH": job.change == nil ? job.branch : job.change?.target, "CI_COMMIT_TAG": job.tag,
            "CI_COMMIT_MESSAGE": job.message?.text, "CI_COMMIT_AUTHOR_EMAIL": job.message?.authorEmail.nonEmpty,
        ]
    }

    private static func reference(_ change: LocalJob.Change, _ remote: LocalJob.Remote?) -> String {
        "refs/\(remote?.forge == "gitlab" ? "merge-requests" : "pull")/\(change.number)/head"
    }

    private static func change(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        [
            "CI_COMMIT_PULL_REQUEST": change.number, "CI_COMMIT_SOURCE_BRANCH": job.branch,
            "CI_COMMIT_TARGET_BRANCH": change.target,
            "CI_COMMIT_REFSPEC": job.branch.flatMap { source in change.target.map { "\(source):\($0)" } },
        ]
    }

    private static func repository(_ remote: LocalJob.Remote, _ job: LocalJob) -> VariableGroup {
        [
            "CI_REPO": remote.path, "CI_REPO_OWNER": remote.owner, "CI_REPO_NAME": remote.name, "CI_REPO_SCM": "git",
            "CI_REPO_URL": remote.page, "CI_REPO_CLONE_URL": remote.cloneURL, "CI_REPO_CLONE_SSH_URL": remote.sshURL,
            "CI_REPO_DEFAULT_BRANCH": job.defaultBranch, "CI_FORGE_TYPE": remote.forge, "CI_FORGE_URL": remote.server,
        ]
    }
}
