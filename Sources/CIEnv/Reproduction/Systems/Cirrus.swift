/// What Cirrus CI sets.
///
/// https://cirrus-ci.org/guide/writing-tasks/#environment-variables
enum Cirrus {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [run(job), source(job), job.remote.map(repository) ?? [:]]
    }

    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "CIRRUS_CI": "true", "CONTINUOUS_INTEGRATION": "true", "CI_NODE_INDEX": "0",
            "CI_NODE_TOTAL": "1", "CIRRUS_BUILD_ID": LocalJob.number, "CIRRUS_TASK_ID": LocalJob.number,
            "CIRRUS_TASK_NAME": LocalJob.name, "CIRRUS_OS": "linux", "OS": "linux", "CIRRUS_ARCH": goArchitecture,
            "CIRRUS_WORKING_DIR": job.directory,
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        let isPush = job.change == nil
        return [
            "CIRRUS_CHANGE_IN_REPO": job.commit,
            // A pull request has a branch of its own, and what its page says for a message.
            "CIRRUS_BRANCH": job.change.map { "pull/\($0.number)" } ?? job.branch,
            "CIRRUS_CHANGE_MESSAGE": when(isPush, job.message?.text),
            "CIRRUS_CHANGE_TITLE": when(isPush, job.message?.title),
            "CIRRUS_PR": job.change?.number, "CIRRUS_BASE_BRANCH": job.change?.target,
            "CIRRUS_TAG": job.tag, "CIRRUS_DEFAULT_BRANCH": job.defaultBranch,
        ]
    }

    private static func repository(_ remote: LocalJob.Remote) -> VariableGroup {
        [
            "CIRRUS_REPO_OWNER": remote.owner, "CIRRUS_REPO_NAME": remote.name, "CIRRUS_REPO_FULL_NAME": remote.path,
            "CIRRUS_REPO_CLONE_HOST": remote.host, "CIRRUS_REPO_CLONE_URL": remote.cloneURL,
        ]
    }
}
