/// What Drone sets.
///
/// https://docs.drone.io/pipeline/environment/reference/
enum Drone {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [run(job), commit(job), branches(job), job.remote.map { repository($0, job) } ?? [:]]
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "DRONE": "true", "DRONE_BUILD_NUMBER": LocalJob.number, "DRONE_BUILD_PARENT": "0",
            "DRONE_BUILD_STATUS": "success", "DRONE_BUILD_EVENT": event(job),
            "DRONE_BUILD_ACTION": job.change == nil ? "" : "synchronized",
            "DRONE_STAGE_KIND": "pipeline", "DRONE_STAGE_NAME": "default", "DRONE_STAGE_NUMBER": LocalJob.number,
            "DRONE_STAGE_OS": "linux", "DRONE_STAGE_ARCH": goArchitecture, "DRONE_STAGE_STATUS": "success",
            "DRONE_STEP_NAME": LocalJob.name, "DRONE_STEP_NUMBER": LocalJob.number, "DRONE_WORKSPACE": job.directory,
        ]
    }

    private static func event(_ job: LocalJob) -> String {
        if job.change != nil { return "pull_request" }
        return job.tag == nil ? "push" : "tag"
    }

    private static func commit(_ job: LocalJob) -> VariableGroup {
        [
            "DRONE_COMMIT": job.commit, "DRONE_COMMIT_SHA": job.commit, "DRONE_COMMIT_AFTER": job.commit,
            "DRONE_COMMIT_REF": job.change.map { "refs/pull/\($0.number)/head" } ?? job.reference,
            "DRONE_COMMIT_LINK": job.changePage ?? job.commitPage, "DRONE_COMMIT_MESSAGE": job.message?.text,
            "DRONE_COMMIT_AUTHOR_NAME": job.message?.authorName,
            "DRONE_COMMIT_AUTHOR_EMAIL": job.message?.authorEmail,
            "DRONE_TAG": job.tag, "DRONE_PULL_REQUEST": job.change?.number,
        ]
    }

    /// The branch is the target's for pull requests, and a tag is called a branch too.
    private static func branches(_ job: LocalJob) -> VariableGroup {
        let target = job.change == nil ? job.referenceName : job.change?.target
        return [
            "DRONE_BRANCH": target, "DRONE_TARGET_BRANCH": target, "DRONE_COMMIT_BRANCH": target,
            "DRONE_SOURCE_BRANCH": job.referenceName,
        ]
    }

    private static func repository(_ remote: LocalJob.Remote, _ job: LocalJob) -> VariableGroup {
        [
            "DRONE_REPO": remote.path, "DRONE_REPO_SCM": "git", "DRONE_REPO_OWNER": remote.owner,
            "DRONE_REPO_NAMESPACE": remote.owner, "DRONE_REPO_NAME": remote.name, "DRONE_REPO_LINK": remote.page,
            "DRONE_REPO_BRANCH": job.defaultBranch, "DRONE_REMOTE_URL": remote.cloneURL,
            "DRONE_GIT_HTTP_URL": remote.cloneURL, "DRONE_GIT_SSH_URL": remote.sshURL,
        ]
    }
}
