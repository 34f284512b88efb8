extension ReproducedJob {
    /// Systems of clouds, and of what runs in them.
    static let clouds = [
        ReproducedJob(
            system: "codebuild", remote: "https://ada:hunter2@github.com/acme/app",
            branch: [
                "CODEBUILD_CI": "true",
                "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:us-east-1:000000000000:build/app:\(zeros)",
                "CODEBUILD_BUILD_ID": "app:\(zeros)", "CODEBUILD_BUILD_NUMBER": "1",
                "CODEBUILD_BUILD_SUCCEEDING": "1", "CODEBUILD_INITIATOR": "grace", "CODEBUILD_SRC_DIR": "/src/app",
                "CODEBUILD_RESOLVED_SOURCE_VERSION": commit, "CODEBUILD_SOURCE_VERSION": commit,
                "CODEBUILD_SOURCE_REPO_URL": "https://github.com/acme/app.git", "CODEBUILD_WEBHOOK_EVENT": "PUSH",
                "CODEBUILD_WEBHOOK_TRIGGER": "branch/feature/login",
                "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/feature/login",
            ],
            tag: [
                "CODEBUILD_WEBHOOK_TRIGGER": "tag/v1.2.0", "CODEBUILD_WEBHOOK_HEAD_REF": "refs/tags/v1.2.0",
            ],
            change: [
                "CODEBUILD_SOURCE_VERSION": "pr/12", "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
                "CODEBUILD_WEBHOOK_TRIGGER": "pr/12", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
            ],
            detached: [
                "CODEBUILD_WEBHOOK_EVENT": nil, "CODEBUILD_WEBHOOK_TRIGGER": nil, "CODEBUILD_WEBHOOK_HEAD_REF": nil,
            ],
            noRemote: ["CODEBUILD_SOURCE_REPO_URL": nil],
            hostile: [
                "CODEBUILD_WEBHOOK_TRIGGER": "branch/\(hostileBranch)",
                "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/\(hostileBranch)",
            ]),
        ReproducedJob(
            system: "cloudbuild", remote: "git@github.com:acme/app.git",
            branch: [
                "BUILDER_OUTPUT": "/builder/outputs", "BUILD_ID": zeros, "COMMIT_SHA": commit, "REVISION_ID": commit,
                "SHORT_SHA": "8d2f0c1", "BRANCH_NAME": "feature/login", "REF_NAME": "feature/login",
                "REPO_NAME": "app", "REPO_FULL_NAME": "acme/app",
            ],
            tag: ["BRANCH_NAME": nil, "TAG_NAME": "v1.2.0", "REF_NAME": "v1.2.0"],
            change: [
                "_PR_NUMBER": "12", "_HEAD_BRANCH": "feature/login", "_BASE_BRANCH": "main",
                "_HEAD_REPO_URL": "https://github.com/acme/app",
            ],
            detached: ["BRANCH_NAME": nil, "REF_NAME": nil], noRemote: ["REPO_NAME": nil, "REPO_FULL_NAME": nil],
            hostile: ["BRANCH_NAME": hostileBranch, "REF_NAME": hostileBranch]),
        ReproducedJob(
            system: "cirrus", remote: "https://x-access-token:hunter2@github.com/acme/app.git",
            branch: [
                "CI": "true", "CIRRUS_CI": "true", "CONTINUOUS_INTEGRATION": "true", "CI_NODE_INDEX": "0",
                "CI_NODE_TOTAL": "1", "CIRRUS_BUILD_ID": "1", "CIRRUS_TASK_ID": "1", "CIRRUS_TASK_NAME": "reproduce",
                "CIRRUS_OS": "linux", "OS": "linux", "CIRRUS_ARCH": architecture, "CIRRUS_WORKING_DIR": "/src/app",
                "CIRRUS_CHANGE_IN_REPO": commit, "CIRRUS_BRANCH": "feature/login", "CIRRUS_CHANGE_MESSAGE": message,
                "CIRRUS_CHANGE_TITLE": "Add a login form", "CIRRUS_DEFAULT_BRANCH": "main",
                "CIRRUS_REPO_OWNER": "acme", "CIRRUS_REPO_NAME": "app", "CIRRUS_REPO_FULL_NAME": "acme/app",
                "CIRRUS_REPO_CLONE_HOST": "github.com", "CIRRUS_REPO_CLONE_URL": "https://github.com/acme/app.git",
            ],
            tag: ["CIRRUS_BRANCH": nil, "CIRRUS_TAG": "v1.2.0"],
            change: [
                "CIRRUS_BRANCH": "pull/12", "CIRRUS_PR": "12", "CIRRUS_BASE_BRANCH": "main",
                "CIRRUS_CHANGE_MESSAGE": nil, "CIRRUS_CHANGE_TITLE": nil,
            ],
            detached: ["CIRRUS_BRANCH": nil],
            noRemote: [
                "CIRRUS_DEFAULT_BRANCH": nil, "CIRRUS_REPO_OWNER": nil, "CIRRUS_REPO_NAME": nil,
                "CIRRUS_REPO_FULL_NAME": nil, "CIRRUS_REPO_CLONE_HOST": nil, "CIRRUS_REPO_CLONE_URL": nil,
            ],
            hostile: [
                "CIRRUS_BRANCH": hostileBranch, "CIRRUS_CHANGE_MESSAGE": hostileMessage,
                "CIRRUS_CHANGE_TITLE": "$(id)\u{1B}[31m `id`",
            ]),
        neutral("tekton", ["TEKTON_TASKRUN_UID": zeros]),
        neutral("generic", ["CI": "true"]),
    ]

    private static func neutral(_ system: String, _ own: [String: String]) -> ReproducedJob {
        ReproducedJob(
            system: system, remote: "https://git.example.com/acme/app",
            branch: own + ["BERTH_COMMIT": commit, "BERTH_BRANCH": "feature/login"],
            tag: ["BERTH_BRANCH": nil, "BERTH_TAG": "v1.2.0"], change: ["BERTH_CHANGE": "12"],
            detached: ["BERTH_BRANCH": nil], noRemote: [:], hostile: ["BERTH_BRANCH": hostileBranch])
    }
}
