extension ReproducedJob {
    /// Systems that run at their users'.
    static let selfHosted = [
        ReproducedJob(
            system: "jenkins", remote: "https://ada:hunter2@github.com/acme/app.git",
            branch: [
                "JENKINS_URL": "https://jenkins.invalid/", "CI": "true", "BUILD_ID": "1", "BUILD_NUMBER": "1",
                "BUILD_DISPLAY_NAME": "#1", "BUILD_TAG": "jenkins-app-feature%2Flogin-1",
                "JOB_NAME": "app/feature%2Flogin", "JOB_BASE_NAME": "feature%2Flogin", "EXECUTOR_NUMBER": "0",
                "NODE_NAME": "built-in", "NODE_LABELS": "built-in", "WORKSPACE": "/src/app", "GIT_COMMIT": commit,
                "GIT_BRANCH": "feature/login", "GIT_URL": "https://github.com/acme/app.git",
                "BRANCH_NAME": "feature/login",
            ],
            tag: [
                "BUILD_TAG": "jenkins-app-v1.2.0-1", "JOB_NAME": "app/v1.2.0", "JOB_BASE_NAME": "v1.2.0",
                "GIT_BRANCH": "v1.2.0", "BRANCH_NAME": "v1.2.0", "TAG_NAME": "v1.2.0",
            ],
            change: [
                "BUILD_TAG": "jenkins-app-PR-12-1", "JOB_NAME": "app/PR-12", "JOB_BASE_NAME": "PR-12",
                "GIT_BRANCH": "PR-12", "BRANCH_NAME": "PR-12", "CHANGE_ID": "12", "CHANGE_BRANCH": "feature/login",
                "CHANGE_TARGET": "main", "CHANGE_URL": "https://github.com/acme/app/pull/12",
            ],
            detached: [
                "BUILD_TAG": "jenkins-app-1", "JOB_NAME": "app", "JOB_BASE_NAME": "app", "GIT_BRANCH": nil,
                "BRANCH_NAME": nil,
            ],
            noRemote: ["GIT_URL": nil],
            hostile: [
                "BUILD_TAG": "jenkins-app-fix%2F$(id)'\";&|`-Ü-1", "JOB_NAME": "app/fix%2F$(id)'\";&|`-Ü",
                "JOB_BASE_NAME": "fix%2F$(id)'\";&|`-Ü", "GIT_BRANCH": hostileBranch, "BRANCH_NAME": hostileBranch,
            ]),
        ReproducedJob(
            system: "buildkite", remote: "https://github.com/acme/app",
            branch: [
                "CI": "true", "BUILDKITE": "true", "BUILDKITE_BUILD_ID": zeros, "BUILDKITE_BUILD_NUMBER": "1",
                "BUILDKITE_JOB_ID": zeros, "BUILDKITE_STEP_ID": zeros, "BUILDKITE_LABEL": "reproduce",
                "BUILDKITE_RETRY_COUNT": "0", "BUILDKITE_SOURCE": "webhook", "BUILDKITE_TIMEOUT": "false",
                "BUILDKITE_BUILD_CHECKOUT_PATH": "/src/app", "BUILDKITE_BUILD_CREATOR": "Grace Hopper",
                "BUILDKITE_BUILD_CREATOR_EMAIL": "grace@example.com", "BUILDKITE_REBUILT_FROM_BUILD_ID": "",
                "BUILDKITE_REBUILT_FROM_BUILD_NUMBER": "", "BUILDKITE_TRIGGERED_FROM_BUILD_ID": "",
                "BUILDKITE_TRIGGERED_FROM_BUILD_NUMBER": "", "BUILDKITE_TRIGGERED_FROM_BUILD_PIPELINE_SLUG": "",
                "BUILDKITE_COMMIT": commit, "BUILDKITE_COMMIT_RESOLVED": "true", "BUILDKITE_BRANCH": "feature/login",
                "BUILDKITE_TAG": "", "BUILDKITE_MESSAGE": message, "BUILDKITE_BUILD_AUTHOR": "Ada Lovelace",
                "BUILDKITE_BUILD_AUTHOR_EMAIL": "ada@example.com", "BUILDKITE_REPO": "git@github.com:acme/app.git",
                "BUILDKITE_PIPELINE_DEFAULT_BRANCH": "main", "BUILDKITE_PIPELINE_PROVIDER": "github",
                "BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "",
                "BUILDKITE_PULL_REQUEST_REPO": "", "BUILDKITE_PULL_REQUEST_LABELS": "",
            ],
            tag: ["BUILDKITE_BRANCH": "v1.2.0", "BUILDKITE_TAG": "v1.2.0"],
            change: [
                "BUILDKITE_PULL_REQUEST": "12", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
                "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/acme/app.git", "BUILDKITE_PULL_REQUEST_LABELS": nil,
            ],
            detached: ["BUILDKITE_BRANCH": nil],
            noRemote: [
                "BUILDKITE_REPO": nil, "BUILDKITE_PIPELINE_DEFAULT_BRANCH": nil, "BUILDKITE_PIPELINE_PROVIDER": nil,
            ],
            hostile: ["BUILDKITE_BRANCH": hostileBranch, "BUILDKITE_MESSAGE": hostileMessage]),
        ReproducedJob(
            system: "drone", remote: "ssh://git@gitea.example.com:2222/acme/app.git",
            branch: [
                "CI": "true", "DRONE": "true", "DRONE_BUILD_NUMBER": "1", "DRONE_BUILD_PARENT": "0",
                "DRONE_BUILD_STATUS": "success", "DRONE_BUILD_EVENT": "push", "DRONE_BUILD_ACTION": "",
                "DRONE_STAGE_KIND": "pipeline", "DRONE_STAGE_NAME": "default", "DRONE_STAGE_NUMBER": "1",
                "DRONE_STAGE_OS": "linux", "DRONE_STAGE_ARCH": architecture, "DRONE_STAGE_STATUS": "success",
                "DRONE_STEP_NAME": "reproduce", "DRONE_STEP_NUMBER": "1", "DRONE_WORKSPACE": "/src/app",
                "DRONE_COMMIT": commit, "DRONE_COMMIT_SHA": commit, "DRONE_COMMIT_AFTER": commit,
                "DRONE_COMMIT_REF": "refs/heads/feature/login",
                "DRONE_COMMIT_LINK": "https://gitea.example.com/acme/app/commit/\(commit)",
                "DRONE_COMMIT_MESSAGE": message, "DRONE_COMMIT_AUTHOR_NAME": "Ada Lovelace",
                "DRONE_COMMIT_AUTHOR_EMAIL": "ada@example.com", "DRONE_BRANCH": "feature/login",
                "DRONE_TARGET_BRANCH": "feature/login", "DRONE_COMMIT_BRANCH": "feature/login",
                "DRONE_SOURCE_BRANCH": "feature/login", "DRONE_REPO": "acme/app", "DRONE_REPO_SCM": "git",
                "DRONE_REPO_OWNER": "acme", "DRONE_REPO_NAMESPACE": "acme", "DRONE_REPO_NAME": "app",
                "DRONE_REPO_LINK": "https://gitea.example.com/acme/app", "DRONE_REPO_BRANCH": "main",
                "DRONE_REMOTE_URL": "https://gitea.example.com/acme/app.git",
                "DRONE_GIT_HTTP_URL": "https://gitea.example.com/acme/app.git",
                "DRONE_GIT_SSH_URL": "git@gitea.example.com:acme/app.git",
            ],
            tag: [
                "DRONE_BUILD_EVENT": "tag", "DRONE_COMMIT_REF": "refs/tags/v1.2.0", "DRONE_TAG": "v1.2.0",
                "DRONE_BRANCH": "v1.2.0", "DRONE_TARGET_BRANCH": "v1.2.0", "DRONE_COMMIT_BRANCH": "v1.2.0",
                "DRONE_SOURCE_BRANCH": "v1.2.0",
            ],
            change: [
                "DRONE_BUILD_EVENT": "pull_request", "DRONE_BUILD_ACTION": "synchronized",
                "DRONE_COMMIT_REF": "refs/pull/12/head", "DRONE_PULL_REQUEST": "12", "DRONE_BRANCH": "main",
                "DRONE_TARGET_BRANCH": "main", "DRONE_COMMIT_BRANCH": "main",
                "DRONE_COMMIT_LINK": "https://gitea.example.com/acme/app/pulls/12",
            ],
            detached: [
                "DRONE_COMMIT_REF": nil, "DRONE_BRANCH": nil, "DRONE_TARGET_BRANCH": nil, "DRONE_COMMIT_BRANCH": nil,
                "DRONE_SOURCE_BRANCH": nil,
            ],
            noRemote: [
                "DRONE_COMMIT_LINK": nil, "DRONE_REPO": nil, "DRONE_REPO_SCM": nil, "DRONE_REPO_OWNER": nil,
                "DRONE_REPO_NAMESPACE": nil, "DRONE_REPO_NAME": nil, "DRONE_REPO_LINK": nil,
                "DRONE_REPO_BRANCH": nil, "DRONE_REMOTE_URL": nil, "DRONE_GIT_HTTP_URL": nil,
                "DRONE_GIT_SSH_URL": nil,
            ],
            hostile: [
                "DRONE_COMMIT_REF": "refs/heads/\(hostileBranch)", "DRONE_BRANCH": hostileBranch,
                "DRONE_TARGET_BRANCH": hostileBranch, "DRONE_COMMIT_BRANCH": hostileBranch,
                "DRONE_SOURCE_BRANCH": hostileBranch, "DRONE_COMMIT_MESSAGE": hostileMessage,
            ]),
        ReproducedJob(
            system: "woodpecker", remote: "https://ada:hunter2@codeberg.org/acme/app.git",
            branch: [
                "CI": "woodpecker", "CI_SYSTEM_NAME": "woodpecker", "CI_SYSTEM_PLATFORM": "linux/\(architecture)",
                "CI_PIPELINE_NUMBER": "1", "CI_PIPELINE_PARENT": "0", "CI_PIPELINE_EVENT": "push",
                "CI_PIPELINE_FORGE_URL": "https://codeberg.org/acme/app/commit/\(commit)",
                "CI_WORKFLOW_NAME": "reproduce", "CI_WORKFLOW_NUMBER": "1", "CI_STEP_NAME": "reproduce",
                "CI_STEP_NUMBER": "1", "CI_WORKSPACE": "/src/app", "CI_COMMIT_SHA": commit,
                "CI_COMMIT_REF": "refs/heads/feature/login", "CI_COMMIT_BRANCH": "feature/login",
                "CI_COMMIT_MESSAGE": message, "CI_COMMIT_AUTHOR_EMAIL": "ada@example.com", "CI_REPO": "acme/app",
                "CI_REPO_OWNER": "acme", "CI_REPO_NAME": "app", "CI_REPO_SCM": "git",
                "CI_REPO_URL": "https://codeberg.org/acme/app",
                "CI_REPO_CLONE_URL": "https://codeberg.org/acme/app.git",
                "CI_REPO_CLONE_SSH_URL": "git@codeberg.org:acme/app.git", "CI_REPO_DEFAULT_BRANCH": "main",
                "CI_FORGE_TYPE": "forgejo", "CI_FORGE_URL": "https://codeberg.org",
            ],
            tag: [
                "CI_PIPELINE_EVENT": "tag", "CI_COMMIT_REF": "refs/tags/v1.2.0", "CI_COMMIT_BRANCH": nil,
                "CI_COMMIT_TAG": "v1.2.0",
            ],
            change: [
                "CI_PIPELINE_EVENT": "pull_request", "CI_PIPELINE_FORGE_URL": "https://codeberg.org/acme/app/pulls/12",
                "CI_COMMIT_REF": "refs/pull/12/head", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_PULL_REQUEST": "12",
                "CI_COMMIT_SOURCE_BRANCH": "feature/login", "CI_COMMIT_TARGET_BRANCH": "main",
                "CI_COMMIT_REFSPEC": "feature/login:main",
            ],
            detached: ["CI_COMMIT_REF": nil, "CI_COMMIT_BRANCH": nil],
            noRemote: [
                "CI_PIPELINE_FORGE_URL": nil, "CI_REPO": nil, "CI_REPO_OWNER": nil, "CI_REPO_NAME": nil,
                "CI_REPO_SCM": nil, "CI_REPO_URL": nil, "CI_REPO_CLONE_URL": nil, "CI_REPO_CLONE_SSH_URL": nil,
                "CI_REPO_DEFAULT_BRANCH": nil, "CI_FORGE_TYPE": nil, "CI_FORGE_URL": nil,
            ],
            hostile: [
                "CI_COMMIT_REF": "refs/heads/\(hostileBranch)", "CI_COMMIT_BRANCH": hostileBranch,
                "CI_COMMIT_MESSAGE": hostileMessage,
            ]),
        ReproducedJob(
            system: "teamcity", remote: "https://git.example.com/acme/app.git",
            branch: [
                "TEAMCITY_VERSION": "2025.07", "TEAMCITY_BUILDCONF_NAME": "reproduce", "BUILD_NUMBER": "1",
                "BUILD_VCS_NUMBER": commit, "BERTH_BRANCH": "feature/login",
            ],
            tag: ["BERTH_BRANCH": nil, "BERTH_TAG": "v1.2.0"],
            change: ["TEAMCITY_PULLREQUEST_NUMBER": "12", "TEAMCITY_PULLREQUEST_TARGET_BRANCH": "main"],
            detached: ["BERTH_BRANCH": nil], noRemote: [:], hostile: ["BERTH_BRANCH": hostileBranch]),
    ]
}
