/// What Bitbucket Pipelines sets.
///
/// https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
enum Bitbucket {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            [
                "CI": "true", "BITBUCKET_BUILD_NUMBER": LocalJob.number,
                "BITBUCKET_PIPELINE_UUID": "{\(LocalJob.uuid)}", "BITBUCKET_STEP_UUID": "{\(LocalJob.uuid)}",
                "BITBUCKET_STEP_RUN_NUMBER": "1", "BITBUCKET_CLONE_DIR": job.directory,
                "BITBUCKET_COMMIT": job.commit, "BITBUCKET_BRANCH": job.branch, "BITBUCKET_TAG": job.tag,
                "BITBUCKET_PR_ID": job.change?.number, "BITBUCKET_PR_DESTINATION_BRANCH": job.change?.target,
            ],
            job.remote.map(repository) ?? [:],
        ]
    }

    private static func repository(_ remote: LocalJob.Remote) -> VariableGroup {
        [
            "BITBUCKET_WORKSPACE": remote.owner, "BITBUCKET_REPO_OWNER": remote.owner,
            "BITBUCKET_REPO_SLUG": remote.name, "BITBUCKET_REPO_FULL_NAME": remote.path,
            // It says http, whatever it was cloned by.
            "BITBUCKET_GIT_HTTP_ORIGIN": "http://\(remote.host)/\(remote.path)",
            "BITBUCKET_GIT_SSH_ORIGIN": remote.sshURL,
        ]
    }
}
