/// What CircleCI sets.
///
/// https://circleci.com/docs/reference/variables/
enum CircleCI {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            [
                "CI": "true", "CIRCLECI": "true", "CIRCLE_JOB": LocalJob.name, "CIRCLE_BUILD_NUM": LocalJob.number,
                "CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "1", "CIRCLE_PIPELINE_ID": LocalJob.uuid,
                "CIRCLE_WORKFLOW_ID": LocalJob.uuid, "CIRCLE_WORKFLOW_JOB_ID": LocalJob.uuid,
                "CIRCLE_WORKFLOW_WORKSPACE_ID": LocalJob.uuid, "CIRCLE_WORKING_DIRECTORY": job.directory,
                "CIRCLE_USERNAME": job.user.login,
            ],
            // The number alone is there for forks only.
            [
                "CIRCLE_SHA1": job.commit, "CIRCLE_BRANCH": job.branch, "CIRCLE_TAG": job.tag,
                "CIRCLE_PULL_REQUEST": job.changePage, "CIRCLE_PULL_REQUESTS": job.changePage,
                "CI_PULL_REQUEST": job.changePage, "CI_PULL_REQUESTS": job.changePage,
            ],
            job.remote.map(project) ?? [:],
        ]
    }

    private static func project(_ remote: LocalJob.Remote) -> VariableGroup {
        // Its pages of other hosts' projects go by ids.
        let host = ["github.com": "gh", "bitbucket.org": "bb"][remote.host]
        return [
            "CIRCLE_PROJECT_USERNAME": remote.owner, "CIRCLE_PROJECT_REPONAME": remote.name,
            "CIRCLE_REPOSITORY_URL": remote.sshURL,
            "CIRCLE_BUILD_URL": host.map { "https://circleci.com/\($0)/\(remote.path)/\(LocalJob.number)" },
        ]
    }
}
