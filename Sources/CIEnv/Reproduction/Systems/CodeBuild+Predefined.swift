/// What AWS CodeBuild sets.
///
/// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
///
/// The region is left out: it would lead commands to the wrong place. The account in the build's name is nobody's.
extension CodeBuild {
    static func predefined(_ job: LocalJob) -> [VariableGroup] { [run(job), source(job), webhook(job)] }

    private static func run(_ job: LocalJob) -> VariableGroup {
        let build = "\(job.projectName):\(LocalJob.uuid)"
        return [
            "CODEBUILD_CI": "true", "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:us-east-1:000000000000:build/\(build)",
            "CODEBUILD_BUILD_ID": build, "CODEBUILD_BUILD_NUMBER": LocalJob.number, "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": job.user.login, "CODEBUILD_SRC_DIR": job.directory,
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        [
            "CODEBUILD_RESOLVED_SOURCE_VERSION": job.commit,
            "CODEBUILD_SOURCE_VERSION": job.change.map { "pr/\($0.number)" } ?? job.commit,
            "CODEBUILD_SOURCE_REPO_URL": job.remote?.cloneURL,
        ]
    }

    /// What a push, or a pull request, has that starts a build.
    private static func webhook(_ job: LocalJob) -> VariableGroup {
        guard let reference = job.reference else { return [:] }
        let trigger =
            job.change.map { "pr/\($0.number)" } ?? job.tag.map { "tag/\($0)" } ?? job.branch.map { "branch/\($0)" }
        return [
            "CODEBUILD_WEBHOOK_EVENT": job.change == nil ? "PUSH" : "PULL_REQUEST_UPDATED",
            "CODEBUILD_WEBHOOK_TRIGGER": trigger, "CODEBUILD_WEBHOOK_HEAD_REF": reference,
            "CODEBUILD_WEBHOOK_BASE_REF": job.change?.target.map { "refs/heads/\($0)" },
        ]
    }
}
