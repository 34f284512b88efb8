extension SampleJob {
    /// Systems that run at their users'.
    static let selfHosted = [
        SampleJob(
            "jenkins", "a pull request from a fork",
            [
                "JENKINS_URL": "https://jenkins.example.com/", "BUILD_ID": "3", "BUILD_TAG": "jenkins-app-PR-12-3",
                "EXECUTOR_NUMBER": "1", "GIT_COMMIT": commit, "BRANCH_NAME": "PR-12", "CHANGE_ID": "12",
                "CHANGE_BRANCH": "fix", "CHANGE_FORK": "stranger",
                "GIT_URL": "ssh://git@git.example.com:7999/p/app.git",
                "BUILD_URL": "https://jenkins.example.com/job/app/job/PR-12/3/",
            ],
            [
                "key": "jenkins-app-PR-12-3-1", "commit": commit, "branch": "fix", "change": "12",
                "job": "https://jenkins.example.com/job/app/job/PR-12/3/",
                "pipeline": "https://jenkins.example.com/job/app/job/PR-12/3/",
                "project": "https://git.example.com/p/app",
            ]),
        SampleJob(
            "jenkins", "a tag, which it calls a branch too",
            ["JENKINS_URL": "https://j", "BUILD_ID": "3", "TAG_NAME": "v1", "BRANCH_NAME": "v1"], ["tag": "v1"]),
        SampleJob(
            "jenkins", "a job without branches of its own",
            ["JENKINS_URL": "https://j", "BUILD_ID": "3", "GIT_BRANCH": "origin/feature/x"], ["branch": "feature/x"]),
        SampleJob(
            "jenkins", "a Jenkins that does not know its URL",
            ["JENKINS_HOME": "/var/jenkins_home", "BUILD_TAG": "jenkins-app-3"], ["key": "jenkins-app-3"]),
        SampleJob("jenkins", "almost nothing", ["JENKINS_URL": "https://j", "BUILD_ID": "3"], [:]),
        SampleJob(
            "buildkite", "a pull request from a fork",
            [
                "CI": "true", "BUILDKITE": "true", "BUILDKITE_JOB_ID": "j1", "BUILDKITE_COMMIT": commit,
                "BUILDKITE_COMMIT_RESOLVED": "true", "BUILDKITE_BRANCH": "stranger:fix", "BUILDKITE_PULL_REQUEST": "12",
                "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/stranger/app.git",
                "BUILDKITE_REPO": "git@github.com:owner/app.git", "BUILDKITE_TIMEOUT": "90",
                "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/app/builds/5",
            ],
            [
                "key": "j1", "commit": commit, "branch": "stranger:fix", "change": "12",
                "job": "https://buildkite.com/acme/app/builds/5#j1",
                "pipeline": "https://buildkite.com/acme/app/builds/5", "project": "https://github.com/owner/app",
                "timeout": "5400",
            ]),
        SampleJob(
            "buildkite", "a pull request of its own",
            [
                "BUILDKITE": "true", "BUILDKITE_COMMIT": "HEAD", "BUILDKITE_PULL_REQUEST": "12",
                "BUILDKITE_PULL_REQUEST_REPO": "git://github.com/Owner/app.git",
                "BUILDKITE_REPO": "git@github.com:owner/app.git", "BUILDKITE_TIMEOUT": "false",
            ],
            ["change": "12", "project": "https://github.com/owner/app"]),
        SampleJob("buildkite", "no pull request", ["BUILDKITE": "true", "BUILDKITE_PULL_REQUEST": "false"], [:]),
        SampleJob("buildkite", "almost nothing", ["BUILDKITE": "true"], [:]),
        SampleJob(
            "drone", "a pull request",
            [
                "CI": "true", "DRONE": "true", "DRONE_REPO": "acme/app", "DRONE_BUILD_NUMBER": "42",
                "DRONE_STAGE_NUMBER": "1", "DRONE_STEP_NUMBER": "2", "DRONE_COMMIT_SHA": commit, "DRONE_BRANCH": "main",
                "DRONE_SOURCE_BRANCH": "fix", "DRONE_PULL_REQUEST": "3", "DRONE_DEPLOY_TO": "staging",
                "DRONE_BUILD_LINK": "https://drone.example.com/acme/app/42",
                "DRONE_REPO_LINK": "https://git.example.com/acme/app",
            ],
            [
                "key": "acme/app-42-1-2", "commit": commit, "branch": "fix", "change": "3", "env": "staging",
                "job": "https://drone.example.com/acme/app/42/1/2", "pipeline": "https://drone.example.com/acme/app/42",
                "project": "https://git.example.com/acme/app",
            ]),
        SampleJob(
            "drone", "Harness, which has Drone's variables",
            [
                "HARNESS_BUILD_ID": "1", "DRONE": "true", "DRONE_TAG": "v1", "DRONE_BRANCH": "main",
                "DRONE_BUILD_LINK": "https://h/1",
            ],
            ["tag": "v1", "job": "https://h/1", "pipeline": "https://h/1"]),
        SampleJob("drone", "almost nothing", ["DRONE": "true"], [:]),
        SampleJob(
            "woodpecker", "a pull request",
            [
                "CI": "woodpecker", "CI_SYSTEM_NAME": "woodpecker", "CI_REPO": "acme/app", "CI_PIPELINE_NUMBER": "8",
                "CI_WORKFLOW_NUMBER": "1", "CI_STEP_NUMBER": "2", "CI_COMMIT_SHA": commit, "CI_COMMIT_BRANCH": "main",
                "CI_COMMIT_SOURCE_BRANCH": "fix", "CI_COMMIT_PULL_REQUEST": "4",
                "CI_STEP_URL": "https://ci.example.com/repos/7/pipeline/8/2",
                "CI_PIPELINE_URL": "https://ci.example.com/repos/7/pipeline/8",
                "CI_REPO_URL": "https://git.example.com/acme/app", "CI_PIPELINE_DEPLOY_TARGET": "staging",
            ],
            [
                "key": "acme/app-8-1-2", "commit": commit, "branch": "fix", "change": "4", "env": "staging",
                "job": "https://ci.example.com/repos/7/pipeline/8/2",
                "pipeline": "https://ci.example.com/repos/7/pipeline/8", "project": "https://git.example.com/acme/app",
            ]),
        SampleJob("woodpecker", "a tag", ["CI": "woodpecker", "CI_COMMIT_TAG": "v1"], ["tag": "v1"]),
        SampleJob("woodpecker", "almost nothing", ["CI_SYSTEM_NAME": "woodpecker"], [:]),
        SampleJob(
            "teamcity", "facts that the build hands on",
            [
                "TEAMCITY_VERSION": "2025.03 (build 1)", "TEAMCITY_BUILDCONF_NAME": "Push", "BUILD_NUMBER": "11",
                "BUILD_VCS_NUMBER": commit, "BERTH_BRANCH": "refs/heads/main", "TEAMCITY_PULLREQUEST_NUMBER": "9",
                "BUILD_URL": "https://tc.example.com/build/5",
            ],
            [
                "key": "Push-11", "commit": commit, "branch": "main", "change": "9",
                "job": "https://tc.example.com/build/5", "pipeline": "https://tc.example.com/build/5",
            ]),
        SampleJob("teamcity", "almost nothing", ["TEAMCITY_VERSION": "2025.03"], [:]),
        SampleJob(
            "tekton", "facts that the task hands on",
            ["TEKTON_TASKRUN_UID": "u-1", "BERTH_COMMIT": commit, "BERTH_BRANCH": "main"],
            ["key": "u-1", "commit": commit, "branch": "main"]),
        SampleJob("tekton", "almost nothing", ["TEKTON_TASKRUN_UID": "u-1"], ["key": "u-1"]),
        SampleJob(
            "generic", "facts by hand",
            [
                "BERTH_REPO": "registry.example.com/app", "BERTH_COMMIT": commit, "BERTH_TAG": "v1",
                "BERTH_CHANGE": "1",
                "BERTH_JOB_URL": "https://ci/job/1", "BERTH_PIPELINE_URL": "https://ci/pipeline/1",
            ],
            [
                "repo": "registry.example.com/app", "commit": commit, "tag": "v1", "change": "1",
                "job": "https://ci/job/1", "pipeline": "https://ci/pipeline/1",
            ]),
        SampleJob("generic", "another CI system", ["CI": "true", "BUILD_ID": "1", "CI_COMMIT_SHA": commit], [:]),
        SampleJob("generic", "nothing at all", [:], [:]),
    ]
}
