/// What TeamCity sets.
///
/// https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html
///
/// Branch and tag are parameters of the build, which berth knows where the build hands them on.
enum TeamCity {
    static func predefined(_ job: LocalJob) -> [VariableGroup] {
        [
            [
                "TEAMCITY_VERSION": "2025.07", "TEAMCITY_BUILDCONF_NAME": LocalJob.name,
                "BUILD_NUMBER": LocalJob.number,
                "BUILD_VCS_NUMBER": job.commit, "BERTH_BRANCH": job.branch, "BERTH_TAG": job.tag,
                "TEAMCITY_PULLREQUEST_NUMBER": job.change?.number,
                "TEAMCITY_PULLREQUEST_TARGET_BRANCH": job.change?.target,
            ]
        ]
    }
}
