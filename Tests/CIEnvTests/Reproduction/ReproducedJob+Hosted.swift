extension ReproducedJob {
    /// Systems that run at their makers', for repositories that are elsewhere.
    static let hosted = [
        ReproducedJob(
            system: "circleci", remote: "https://ada:hunter2@github.com/acme/app",
            branch: [
                "CI": "true", "CIRCLECI": "true", "CIRCLE_JOB": "reproduce", "CIRCLE_BUILD_NUM": "1",
                "CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "1", "CIRCLE_PIPELINE_ID": zeros,
                "CIRCLE_WORKFLOW_ID": zeros, "CIRCLE_WORKFLOW_JOB_ID": zeros, "CIRCLE_WORKFLOW_WORKSPACE_ID": zeros,
                "CIRCLE_WORKING_DIRECTORY": "/src/app", "CIRCLE_USERNAME": "grace", "CIRCLE_SHA1": commit,
                "CIRCLE_BRANCH": "feature/login", "CIRCLE_PROJECT_USERNAME": "acme",
                "CIRCLE_PROJECT_REPONAME": "app", "CIRCLE_REPOSITORY_URL": "git@github.com:acme/app.git",
                "CIRCLE_BUILD_URL": "https://circleci.com/gh/acme/app/1",
            ],
            tag: ["CIRCLE_BRANCH": nil, "CIRCLE_TAG": "v1.2.0"],
            change: [
                "CIRCLE_PULL_REQUEST": "https://github.com/acme/app/pull/12",
                "CIRCLE_PULL_REQUESTS": "https://github.com/acme/app/pull/12",
                "CI_PULL_REQUEST": "https://github.com/acme/app/pull/12",
                "CI_PULL_REQUESTS": "https://github.com/acme/app/pull/12",
            ],
            detached: ["CIRCLE_BRANCH": nil],
            noRemote: [
                "CIRCLE_PROJECT_USERNAME": nil, "CIRCLE_PROJECT_REPONAME": nil, "CIRCLE_REPOSITORY_URL": nil,
                "CIRCLE_BUILD_URL": nil,
            ],
            hostile: ["CIRCLE_BRANCH": hostileBranch]),
        ReproducedJob(
            system: "travis", remote: "git@github.com:acme/app.git",
            branch: [
                "CI": "true", "CONTINUOUS_INTEGRATION": "true", "TRAVIS": "true", "TRAVIS_ALLOW_FAILURE": "false",
                "TRAVIS_BUILD_DIR": "/src/app", "TRAVIS_BUILD_ID": "1", "TRAVIS_BUILD_NUMBER": "1",
                "TRAVIS_BUILD_WEB_URL": "https://app.travis-ci.com/acme/app/builds/1", "TRAVIS_JOB_ID": "1",
                "TRAVIS_JOB_NUMBER": "1.1", "TRAVIS_JOB_WEB_URL": "https://app.travis-ci.com/acme/app/jobs/1",
                "TRAVIS_OS_NAME": "linux", "TRAVIS_CPU_ARCH": architecture, "TRAVIS_SECURE_ENV_VARS": "false",
                "TRAVIS_EVENT_TYPE": "push", "TRAVIS_COMMIT": commit, "TRAVIS_COMMIT_MESSAGE": message,
                "TRAVIS_REPO_SLUG": "acme/app", "TRAVIS_BRANCH": "feature/login", "TRAVIS_TAG": "",
                "TRAVIS_PULL_REQUEST": "false", "TRAVIS_PULL_REQUEST_BRANCH": "", "TRAVIS_PULL_REQUEST_SHA": "",
                "TRAVIS_PULL_REQUEST_SLUG": "",
            ],
            tag: ["TRAVIS_BRANCH": "v1.2.0", "TRAVIS_TAG": "v1.2.0"],
            change: [
                "TRAVIS_EVENT_TYPE": "pull_request", "TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST": "12",
                "TRAVIS_PULL_REQUEST_BRANCH": "feature/login", "TRAVIS_PULL_REQUEST_SHA": commit,
                "TRAVIS_PULL_REQUEST_SLUG": "acme/app",
            ],
            detached: ["TRAVIS_BRANCH": nil],
            noRemote: ["TRAVIS_REPO_SLUG": nil, "TRAVIS_BUILD_WEB_URL": nil, "TRAVIS_JOB_WEB_URL": nil],
            hostile: ["TRAVIS_BRANCH": hostileBranch, "TRAVIS_COMMIT_MESSAGE": hostileMessage]),
        ReproducedJob(
            system: "appveyor", remote: "git@github.com:acme/app.git",
            branch: [
                "CI": "true", "APPVEYOR": "true", "APPVEYOR_URL": "https://ci.appveyor.com",
                "APPVEYOR_BUILD_FOLDER": "/src/app", "APPVEYOR_BUILD_ID": "1", "APPVEYOR_BUILD_NUMBER": "1",
                "APPVEYOR_BUILD_VERSION": "1.0.1", "APPVEYOR_JOB_ID": "1", "APPVEYOR_JOB_NUMBER": "1",
                "APPVEYOR_REPO_PROVIDER": "github", "APPVEYOR_REPO_SCM": "git", "APPVEYOR_REPO_NAME": "acme/app",
                "APPVEYOR_REPO_BRANCH": "feature/login", "APPVEYOR_REPO_TAG": "false", "APPVEYOR_REPO_COMMIT": commit,
                "APPVEYOR_REPO_COMMIT_AUTHOR": "Ada Lovelace",
                "APPVEYOR_REPO_COMMIT_AUTHOR_EMAIL": "ada@example.com",
                "APPVEYOR_REPO_COMMIT_TIMESTAMP": "2026-01-31T16:47:55+01:00",
                "APPVEYOR_REPO_COMMIT_MESSAGE": "Add a login form",
                "APPVEYOR_REPO_COMMIT_MESSAGE_EXTENDED": "\nIt asks for a \"name\".",
            ],
            tag: [
                "APPVEYOR_REPO_BRANCH": "v1.2.0", "APPVEYOR_REPO_TAG": "true", "APPVEYOR_REPO_TAG_NAME": "v1.2.0",
            ],
            change: [
                "APPVEYOR_REPO_BRANCH": "main", "APPVEYOR_PULL_REQUEST_NUMBER": "12",
                "APPVEYOR_PULL_REQUEST_HEAD_COMMIT": commit, "APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "acme/app",
                "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH": "feature/login",
            ],
            detached: ["APPVEYOR_REPO_BRANCH": nil],
            noRemote: ["APPVEYOR_REPO_PROVIDER": nil, "APPVEYOR_REPO_NAME": nil],
            hostile: [
                "APPVEYOR_REPO_BRANCH": hostileBranch, "APPVEYOR_REPO_COMMIT_MESSAGE": "$(id)\u{1B}[31m `id`",
                "APPVEYOR_REPO_COMMIT_MESSAGE_EXTENDED": "'\"\\ %s",
            ]),
        ReproducedJob(
            system: "codefresh", remote: "git@github.com:acme/app.git",
            branch: [
                "CI": "true", "CF_BUILD_ID": "000000000000000000000000",
                "CF_BUILD_URL": "https://g.codefresh.io/build/000000000000000000000000",
                "CF_URL": "https://g.codefresh.io", "CF_BUILD_TRIGGER": "webhook", "CF_BUILD_INITIATOR": "grace",
                "CF_STEP_NAME": "reproduce", "CF_REPO_OWNER": "acme", "CF_REPO_NAME": "app",
                "CF_BRANCH": "feature/login", "CF_BRANCH_TAG_NORMALIZED": "feature_login",
                "CF_BRANCH_TAG_NORMALIZED_LOWER_CASE": "feature_login", "CF_REVISION": commit,
                "CF_SHORT_REVISION": "8d2f0c1", "CF_COMMIT_URL": "https://github.com/acme/app/commit/\(commit)",
                "CF_COMMIT_AUTHOR": "Ada Lovelace",
                "CF_COMMIT_MESSAGE": "Add a login form\n\nIt asks for a \\\"name\\\".\n",
            ],
            tag: [
                "CF_BRANCH": "v1.2.0", "CF_BRANCH_TAG_NORMALIZED": "v1.2.0",
                "CF_BRANCH_TAG_NORMALIZED_LOWER_CASE": "v1.2.0", "CF_RELEASE_TAG": "v1.2.0",
            ],
            change: [
                "CF_PULL_REQUEST_NUMBER": "12", "CF_PULL_REQUEST_TARGET": "main",
                "CF_PULL_REQUEST_ACTION": "synchronize", "CF_PULL_REQUEST_IS_FORK": "false",
            ],
            detached: [
                "CF_BRANCH": nil, "CF_BRANCH_TAG_NORMALIZED": nil, "CF_BRANCH_TAG_NORMALIZED_LOWER_CASE": nil,
            ],
            noRemote: ["CF_REPO_OWNER": nil, "CF_REPO_NAME": nil, "CF_COMMIT_URL": nil],
            hostile: [
                "CF_BRANCH": hostileBranch, "CF_BRANCH_TAG_NORMALIZED": "fix___id_______-_",
                "CF_BRANCH_TAG_NORMALIZED_LOWER_CASE": "fix___id_______-_",
                "CF_COMMIT_MESSAGE": "$(id)\u{1B}[31m `id`\r\n\\'\\\"\\ %s\n",
            ]),
        ReproducedJob(
            system: "semaphore", remote: "https://github.com/acme/app.git",
            branch: [
                "CI": "true", "SEMAPHORE": "true", "SEMAPHORE_JOB_ID": zeros, "SEMAPHORE_JOB_NAME": "reproduce",
                "SEMAPHORE_JOB_TYPE": "pipeline_job", "SEMAPHORE_PIPELINE_ID": zeros,
                "SEMAPHORE_PIPELINE_PROMOTION": "false", "SEMAPHORE_PIPELINE_PROMOTED_BY": "",
                "SEMAPHORE_PIPELINE_RERUN": "false", "SEMAPHORE_WORKFLOW_ID": zeros,
                "SEMAPHORE_WORKFLOW_NUMBER": "1", "SEMAPHORE_WORKFLOW_RERUN": "false",
                "SEMAPHORE_WORKFLOW_TRIGGERED_BY": "grace", "SEMAPHORE_WORKFLOW_TRIGGERED_BY_HOOK": "true",
                "SEMAPHORE_WORKFLOW_TRIGGERED_BY_API": "false", "SEMAPHORE_WORKFLOW_TRIGGERED_BY_SCHEDULE": "false",
                "SEMAPHORE_WORKFLOW_TRIGGERED_BY_MANUAL_RUN": "false", "SEMAPHORE_GIT_SHA": commit,
                "SEMAPHORE_GIT_DIR": "app", "SEMAPHORE_GIT_REF": "refs/heads/feature/login",
                "SEMAPHORE_GIT_REF_TYPE": "branch", "SEMAPHORE_GIT_BRANCH": "feature/login",
                "SEMAPHORE_GIT_WORKING_BRANCH": "feature/login", "SEMAPHORE_GIT_URL": "git@github.com:acme/app.git",
                "SEMAPHORE_GIT_REPO_NAME": "app", "SEMAPHORE_GIT_REPO_SLUG": "acme/app",
                "SEMAPHORE_GIT_PROVIDER": "github",
            ],
            tag: [
                "SEMAPHORE_GIT_REF": "refs/tags/v1.2.0", "SEMAPHORE_GIT_REF_TYPE": "tag",
                "SEMAPHORE_GIT_BRANCH": "refs/tags/v1.2.0", "SEMAPHORE_GIT_WORKING_BRANCH": nil,
                "SEMAPHORE_GIT_TAG_NAME": "v1.2.0",
            ],
            change: [
                "SEMAPHORE_GIT_REF": "refs/pull/12/merge", "SEMAPHORE_GIT_REF_TYPE": "pull-request",
                "SEMAPHORE_GIT_BRANCH": "main", "SEMAPHORE_GIT_PR_NUMBER": "12",
                "SEMAPHORE_GIT_PR_BRANCH": "feature/login", "SEMAPHORE_GIT_PR_SHA": commit,
                "SEMAPHORE_GIT_PR_SLUG": "acme/app",
            ],
            detached: [
                "SEMAPHORE_GIT_REF": nil, "SEMAPHORE_GIT_REF_TYPE": nil, "SEMAPHORE_GIT_BRANCH": nil,
                "SEMAPHORE_GIT_WORKING_BRANCH": nil,
            ],
            noRemote: [
                "SEMAPHORE_GIT_URL": nil, "SEMAPHORE_GIT_REPO_NAME": nil, "SEMAPHORE_GIT_REPO_SLUG": nil,
                "SEMAPHORE_GIT_PROVIDER": nil,
            ],
            hostile: [
                "SEMAPHORE_GIT_REF": "refs/heads/\(hostileBranch)", "SEMAPHORE_GIT_BRANCH": hostileBranch,
                "SEMAPHORE_GIT_WORKING_BRANCH": hostileBranch,
            ]),
    ]
}
