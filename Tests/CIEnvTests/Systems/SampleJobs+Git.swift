extension SampleJob {
    static let gitLab = [
        SampleJob(
            "gitlab", "a branch",
            [
                "CI": "true", "GITLAB_CI": "true", "CI_JOB_ID": "4711", "CI_COMMIT_SHA": commit,
                "CI_COMMIT_REF_NAME": "main", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_TAG": "",
                "CI_PROJECT_URL": "https://gitlab.example.com/group/app",
                "CI_JOB_URL": "https://gitlab.example.com/group/app/-/jobs/4711",
                "CI_PIPELINE_URL": "https://gitlab.example.com/group/app/-/pipelines/99",
                "CI_REGISTRY": "registry.example.com", "CI_REGISTRY_IMAGE": "registry.example.com/group/app",
                "CI_ENVIRONMENT_SLUG": "production", "CI_JOB_TIMEOUT": "3600",
            ],
            [
                "key": "4711", "repo": "registry.example.com/group/app", "commit": commit, "branch": "main",
                "job": "https://gitlab.example.com/group/app/-/jobs/4711",
                "pipeline": "https://gitlab.example.com/group/app/-/pipelines/99",
                "project": "https://gitlab.example.com/group/app", "env": "production", "timeout": "3600",
            ]),
        SampleJob(
            "gitlab", "a tag", ["GITLAB_CI": "true", "CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_NAME": "v1"], ["tag": "v1"]),
        SampleJob(
            "gitlab", "a merge request",
            [
                "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_ID": "98765",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7",
                "CI_MERGE_REQUEST_PROJECT_ID": "7",
            ],
            ["branch": "feature", "change": "12"]),
        SampleJob(
            "gitlab", "a merge request from a fork",
            [
                "GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8",
                "CI_MERGE_REQUEST_PROJECT_ID": "7",
            ],
            ["change": "12"]),
        SampleJob(
            "gitlab", "a pull request of GitHub's from a fork",
            [
                "GITLAB_CI": "true", "CI_EXTERNAL_PULL_REQUEST_IID": "3",
                "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "stranger/app",
                "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "group/app",
            ],
            ["change": "3"]),
        SampleJob("gitlab", "almost nothing", ["GITLAB_CI": "true"], [:]),
        SampleJob("gitlab", "a nonsensical timeout", ["GITLAB_CI": "true", "CI_JOB_TIMEOUT": "-1"], [:]),
    ]

    static let gitHub = [
        SampleJob(
            "github", "a branch",
            [
                "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
                "GITHUB_REPOSITORY": "Owner/App", "GITHUB_SHA": commit, "GITHUB_REF": "refs/heads/feature/x",
                "GITHUB_REF_NAME": "feature/x", "GITHUB_REF_TYPE": "branch", "GITHUB_HEAD_REF": "",
                "GITHUB_RUN_ID": "1001", "GITHUB_RUN_NUMBER": "5", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "build",
                "GITHUB_EVENT_NAME": "push", "RUNNER_TEMP": "/runner/_temp",
            ],
            [
                "key": "1001-2-build", "repo": "ghcr.io/owner/app", "commit": commit, "branch": "feature/x",
                "job": "https://github.com/Owner/App/actions/runs/1001/attempts/2",
                "pipeline": "https://github.com/Owner/App/actions/runs/1001", "project": "https://github.com/Owner/App",
                "tmp": "/runner/_temp",
            ]),
        SampleJob(
            "github", "a tag",
            [
                "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1",
                "GITHUB_REF_TYPE": "tag",
            ],
            ["tag": "v1"]),
        SampleJob(
            "github", "a tag by its short name only",
            ["GITHUB_ACTIONS": "true", "GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"], ["tag": "v1"]),
        SampleJob(
            "github", "a branch by its short name only",
            ["GITHUB_ACTIONS": "true", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"], ["branch": "main"]),
        SampleJob(
            "github", "a pull request",
            [
                "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/12/merge", "GITHUB_REF_NAME": "12/merge",
                "GITHUB_REF_TYPE": "branch", "GITHUB_HEAD_REF": "feature", "GITHUB_BASE_REF": "main",
            ],
            ["branch": "feature", "change": "12"]),
        SampleJob(
            "github", "GitHub Enterprise Server",
            [
                "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example.com",
                "GITHUB_REPOSITORY": "owner/app", "GITHUB_RUN_ID": "7",
            ],
            [
                "key": "7", "repo": "containers.github.example.com/owner/app",
                "job": "https://github.example.com/owner/app/actions/runs/7",
                "pipeline": "https://github.example.com/owner/app/actions/runs/7",
                "project": "https://github.example.com/owner/app",
            ]),
        SampleJob("github", "a relative RUNNER_TEMP", ["GITHUB_ACTIONS": "true", "RUNNER_TEMP": "_temp"], [:]),
        SampleJob("github", "almost nothing", ["GITHUB_ACTIONS": "true"], [:]),
        SampleJob(
            "gitea", "a branch",
            [
                "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.com:3000/",
                "GITHUB_REPOSITORY": "Owner/app", "GITHUB_REF": "refs/heads/main", "GITHUB_RUN_ID": "31",
                "GITHUB_RUN_NUMBER": "4",
            ],
            [
                "key": "31", "repo": "git.example.com:3000/owner/app", "branch": "main",
                "job": "https://git.example.com:3000/Owner/app/actions/runs/31",
                "pipeline": "https://git.example.com:3000/Owner/app/actions/runs/31",
                "project": "https://git.example.com:3000/Owner/app",
            ]),
        SampleJob(
            "gitea", "an instance that does not say where it is",
            ["GITEA_ACTIONS": "true", "GITHUB_REPOSITORY": "owner/app", "GITHUB_RUN_ID": "31"], ["key": "31"]),
        SampleJob("gitea", "almost nothing", ["GITEA_ACTIONS": "true"], [:]),
        SampleJob(
            "forgejo", "a tag",
            [
                "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true", "FORGEJO_ACTIONS": "true",
                "GITHUB_SERVER_URL": "https://codeberg.org", "GITHUB_REPOSITORY": "owner/app",
                "GITHUB_REF": "refs/tags/v2", "GITHUB_RUN_ID": "31", "GITHUB_RUN_NUMBER": "4",
            ],
            [
                "key": "31", "repo": "codeberg.org/owner/app", "tag": "v2",
                "job": "https://codeberg.org/owner/app/actions/runs/4",
                "pipeline": "https://codeberg.org/owner/app/actions/runs/4",
                "project": "https://codeberg.org/owner/app",
            ]),
        SampleJob("forgejo", "almost nothing", ["FORGEJO_ACTIONS": "true"], [:]),
    ]
}
