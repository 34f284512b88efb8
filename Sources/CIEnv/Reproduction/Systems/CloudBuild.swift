/// What Google Cloud Build sets, and what it knows and a build's steps are mostly handed by the same names.
///
/// https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values
///
/// The Google project and the place are left out: they would lead commands to the wrong place.
enum CloudBuild {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            [
                // Each step has it: the directory is the machine's that runs the build.
                "BUILDER_OUTPUT": "/builder/outputs", "BUILD_ID": LocalJob.uuid,
                "COMMIT_SHA": job.commit, "REVISION_ID": job.commit, "SHORT_SHA": job.shortCommit(7),
                "BRANCH_NAME": job.branch, "TAG_NAME": job.tag, "REF_NAME": job.referenceName,
                "REPO_NAME": job.remote?.name, "REPO_FULL_NAME": job.remote?.path,
            ],
            job.change.map { change($0, job) } ?? [:],
        ]
    }

    private static func change(_ change: LocalJob.Change, _ job: LocalJob) -> VariableGroup {
        [
            "_PR_NUMBER": change.number, "_HEAD_BRANCH": job.branch, "_BASE_BRANCH": change.target,
            "_HEAD_REPO_URL": job.remote?.page,
        ]
    }
}
