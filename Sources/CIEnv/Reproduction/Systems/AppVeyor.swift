/// What AppVeyor sets.
///
/// https://www.appveyor.com/docs/environment-variables/
enum AppVeyor {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [run(job), source(job), job.change.map { pullRequest($0, job) } ?? [:]]
    }

    /// Yes is `true` on Linux, and `True` elsewhere.
    private static func run(_ job: LocalJob) -> VariableGroup {
        [
            "CI": "true", "APPVEYOR": "true", "APPVEYOR_URL": "https://ci.appveyor.com",
            "APPVEYOR_BUILD_FOLDER": job.directory, "APPVEYOR_BUILD_ID": LocalJob.number,
            "APPVEYOR_BUILD_NUMBER": LocalJob.number, "APPVEYOR_BUILD_VERSION": "1.0.\(LocalJob.number)",
            "APPVEYOR_JOB_ID": LocalJob.number, "APPVEYOR_JOB_NUMBER": LocalJob.number,
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        let providers = ["azure-pipelines": "vso", "github": "github", "bitbucket": "bitbucket", "gitlab": "gitlab"]
        return [
            "APPVEYOR_REPO_PROVIDER": job.remote?.forge.flatMap { providers[$0] },
            "APPVEYOR_REPO_SCM": "git", "APPVEYOR_REPO_NAME": job.remote?.path,
            // A tag is called a branch too, and a pull request's branch is its target.
            "APPVEYOR_REPO_BRANCH": job.change == nil ? job.referenceName : job.change?.target,
            "APPVEYOR_REPO_TAG": job.tag == nil ? "false" : "true", "APPVEYOR_REPO_TAG_NAME": job.tag,
            "APPVEYOR_REPO_COMMIT": job.commit, "APPVEYOR_REPO_COMMIT_AUTHOR": job.message?.authorName,
            "APPVEYOR_REPO_COMMIT_AUTHOR_EMAIL": job.message?.authorEmail,
            "APPVEYOR_REPO_COMMIT_TIMESTAMP": job.message?.time,
            "APPVEYOR_REPO_COMMIT_MESSAGE": job.message?.title,
            "APPVEYOR_REPO_COMMIT_MESSAGE_EXTENDED": job.message?.body.nonEmpty,
        ]
    }

    private static func pullRequest(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        [
            "APPVEYOR_PULL_REQUEST_NUMBER": change.number, "APPVEYOR_PULL_REQUEST_HEAD_COMMIT": job.commit,
            "APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": job.remote?.path,
            "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH": job.branch,
        ]
    }
}
