/// What Travis CI sets.
///
/// https://docs.travis-ci.com/user/environment-variables/
enum Travis {
    static func predefined(_ job: LocalJob) -> [VariableGroup] { [run(job), source(job), pullRequest(job)] }

    private static func run(_ job: LocalJob) -> VariableGroup {
        let page = job.remote.map { "https://app.travis-ci.com/\($0.path)" }
        return [
            "CI": "true", "CONTINUOUS_INTEGRATION": "true", "TRAVIS": "true", "TRAVIS_ALLOW_FAILURE": "false",
            "TRAVIS_BUILD_DIR": job.directory, "TRAVIS_BUILD_ID": LocalJob.number,
            "TRAVIS_BUILD_NUMBER": LocalJob.number,
            "TRAVIS_BUILD_WEB_URL": page.map { "\($0)/builds/\(LocalJob.number)" },
            "TRAVIS_JOB_ID": LocalJob.number, "TRAVIS_JOB_NUMBER": "\(LocalJob.number).1",
            "TRAVIS_JOB_WEB_URL": page.map { "\($0)/jobs/\(LocalJob.number)" },
            "TRAVIS_OS_NAME": "linux", "TRAVIS_CPU_ARCH": goArchitecture, "TRAVIS_SECURE_ENV_VARS": "false",
        ]
    }

    private static func source(_ job: LocalJob) -> VariableGroup {
        [
            "TRAVIS_EVENT_TYPE": job.change == nil ? "push" : "pull_request", "TRAVIS_COMMIT": job.commit,
            "TRAVIS_COMMIT_MESSAGE": job.message?.text, "TRAVIS_REPO_SLUG": job.remote?.path,
            // A tag is called a branch too, and a pull request's branch is its target.
            "TRAVIS_BRANCH": job.change == nil ? job.referenceName : job.change?.target, "TRAVIS_TAG": job.tag ?? "",
        ]
    }

    private static func pullRequest(_ job: LocalJob) -> VariableGroup {
        guard let change = job.change else {
            return [
                "TRAVIS_PULL_REQUEST": "false", "TRAVIS_PULL_REQUEST_BRANCH": "", "TRAVIS_PULL_REQUEST_SHA": "",
                "TRAVIS_PULL_REQUEST_SLUG": "",
            ]
        }
        return [
            "TRAVIS_PULL_REQUEST": change.number, "TRAVIS_PULL_REQUEST_BRANCH": job.branch,
            "TRAVIS_PULL_REQUEST_SHA": job.commit, "TRAVIS_PULL_REQUEST_SLUG": job.remote?.path,
        ]
    }
}
