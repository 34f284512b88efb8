extension SampleJob {
    /// Systems that run at their makers'.
    static let hosted = [
        SampleJob(
            "circleci", "a pull request from a fork",
            [
                "CI": "true", "CIRCLECI": "true", "CIRCLE_WORKFLOW_JOB_ID": "j-1", "CIRCLE_NODE_INDEX": "0",
                "CIRCLE_WORKFLOW_ID": "w-1", "CIRCLE_SHA1": commit, "CIRCLE_BRANCH": "pull/12",
                "CIRCLE_PULL_REQUEST": "https://github.com/owner/app/pull/12", "CIRCLE_PR_NUMBER": "12",
                "CIRCLE_PR_USERNAME": "stranger", "CIRCLE_REPOSITORY_URL": "git@github.com:owner/app.git",
                "CIRCLE_BUILD_URL": "https://circleci.com/gh/owner/app/77",
            ],
            [
                "key": "j-1-0", "commit": commit, "branch": "pull/12", "change": "12",
                "job": "https://circleci.com/gh/owner/app/77",
                "pipeline": "https://app.circleci.com/pipelines/workflows/w-1",
                "project": "https://github.com/owner/app",
            ]),
        SampleJob(
            "circleci", "an installation of one's own",
            [
                "CIRCLECI": "true", "CIRCLE_TAG": "v1", "CIRCLE_WORKFLOW_ID": "w-1",
                "CIRCLE_PULL_REQUEST": "https://github.com/owner/app/pull/13",
                "CIRCLE_BUILD_URL": "https://ci.example.com/gh/owner/app/77",
            ],
            ["tag": "v1", "change": "13", "job": "https://ci.example.com/gh/owner/app/77"]),
        SampleJob("circleci", "almost nothing", ["CIRCLECI": "true"], [:]),
        SampleJob(
            "azure-pipelines", "a branch",
            [
                "TF_BUILD": "True", "SYSTEM_JOBID": "12f1170f", "SYSTEM_JOBATTEMPT": "1", "BUILD_BUILDID": "55",
                "SYSTEM_TEAMFOUNDATIONSERVERURI": "https://dev.azure.com/org/", "SYSTEM_TEAMPROJECTID": "my project",
                "BUILD_SOURCEVERSION": commit, "BUILD_SOURCEBRANCH": "refs/heads/feature/x",
                "BUILD_REPOSITORY_URI": "https://org@dev.azure.com/org/project/_git/app",
                "AGENT_TEMPDIRECTORY": "/agent/_work/_temp",
            ],
            [
                "key": "12f1170f-1", "commit": commit, "branch": "feature/x", "tmp": "/agent/_work/_temp",
                "job": "https://dev.azure.com/org/my%20project/_build/results?buildId=55&view=logs&j=12f1170f",
                "pipeline": "https://dev.azure.com/org/my%20project/_build/results?buildId=55",
                "project": "https://dev.azure.com/org/project/_git/app",
            ]),
        SampleJob(
            "azure-pipelines", "a tag", ["TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/tags/v1"], ["tag": "v1"]),
        SampleJob(
            "azure-pipelines", "a pull request from a fork",
            [
                "TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/pull/9/merge",
                "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix", "SYSTEM_PULLREQUEST_PULLREQUESTID": "123456",
                "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "9", "SYSTEM_PULLREQUEST_ISFORK": "True",
            ],
            ["branch": "fix", "change": "9"]),
        SampleJob("azure-pipelines", "almost nothing", ["TF_BUILD": "True"], [:]),
        SampleJob(
            "bitbucket", "a deployment",
            [
                "CI": "true", "BITBUCKET_BUILD_NUMBER": "8", "BITBUCKET_STEP_UUID": "{ab-1}",
                "BITBUCKET_STEP_RUN_NUMBER": "1", "BITBUCKET_COMMIT": commit, "BITBUCKET_BRANCH": "main",
                "BITBUCKET_PR_ID": "3", "BITBUCKET_REPO_FULL_NAME": "team/app",
                "BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/team/app",
                "BITBUCKET_DEPLOYMENT_ENVIRONMENT": "staging",
            ],
            [
                "key": "8-{ab-1}-1", "commit": commit, "branch": "main", "change": "3", "env": "staging",
                "job": "https://bitbucket.org/team/app/pipelines/results/8/steps/%7Bab-1%7D",
                "pipeline": "https://bitbucket.org/team/app/pipelines/results/8",
                "project": "https://bitbucket.org/team/app",
            ]),
        SampleJob("bitbucket", "almost nothing", ["BITBUCKET_BUILD_NUMBER": "8"], ["key": "8"]),
        SampleJob(
            "travis", "a pull request from a fork",
            [
                "CI": "true", "TRAVIS": "true", "TRAVIS_JOB_ID": "5", "TRAVIS_COMMIT": commit, "TRAVIS_BRANCH": "main",
                "TRAVIS_PULL_REQUEST": "12", "TRAVIS_PULL_REQUEST_BRANCH": "fix",
                "TRAVIS_PULL_REQUEST_SLUG": "stranger/app", "TRAVIS_REPO_SLUG": "owner/app", "TRAVIS_TAG": "",
                "TRAVIS_JOB_WEB_URL": "https://app.travis-ci.com/owner/app/jobs/5",
                "TRAVIS_BUILD_WEB_URL": "https://app.travis-ci.com/owner/app/builds/4",
            ],
            [
                "key": "5", "commit": commit, "branch": "fix", "change": "12",
                "job": "https://app.travis-ci.com/owner/app/jobs/5",
                "pipeline": "https://app.travis-ci.com/owner/app/builds/4",
            ]),
        SampleJob(
            "travis", "a tag, which it calls a branch too",
            ["TRAVIS": "true", "TRAVIS_BRANCH": "v1", "TRAVIS_TAG": "v1", "TRAVIS_PULL_REQUEST": "false"], ["tag": "v1"]
        ),
        SampleJob("travis", "almost nothing", ["TRAVIS": "true"], [:]),
        SampleJob(
            "appveyor", "a pull request from a fork",
            [
                "APPVEYOR": "True", "APPVEYOR_JOB_ID": "j1", "APPVEYOR_BUILD_ID": "66",
                "APPVEYOR_URL": "https://ci.appveyor.com", "APPVEYOR_ACCOUNT_NAME": "acme",
                "APPVEYOR_PROJECT_SLUG": "app", "APPVEYOR_REPO_COMMIT": commit, "APPVEYOR_REPO_BRANCH": "main",
                "APPVEYOR_REPO_NAME": "acme/app", "APPVEYOR_PULL_REQUEST_NUMBER": "4",
                "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH": "fix", "APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "stranger/app",
            ],
            [
                "key": "j1", "commit": commit, "branch": "fix", "change": "4",
                "job": "https://ci.appveyor.com/project/acme/app/builds/66/job/j1",
                "pipeline": "https://ci.appveyor.com/project/acme/app/builds/66",
            ]),
        SampleJob(
            "appveyor", "a tag",
            ["APPVEYOR": "true", "APPVEYOR_REPO_TAG_NAME": "v1", "APPVEYOR_REPO_BRANCH": "main"], ["tag": "v1"]),
        SampleJob("appveyor", "almost nothing", ["APPVEYOR": "true"], [:]),
        SampleJob(
            "codebuild", "a branch",
            [
                "CODEBUILD_BUILD_ARN": "arn:aws:codebuild:eu-west-1:1:build/app:u-1", "CODEBUILD_BUILD_ID": "app:u-1",
                "CODEBUILD_RESOLVED_SOURCE_VERSION": commit, "CODEBUILD_SOURCE_VERSION": "pr/7",
                "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/fix", "CODEBUILD_WEBHOOK_TRIGGER": "pr/7",
                "CODEBUILD_SOURCE_REPO_URL": "https://github.com/owner/app.git", "AWS_REGION": "eu-west-1",
            ],
            [
                "key": "app:u-1", "commit": commit, "branch": "fix", "change": "7",
                "job": "https://console.aws.amazon.com/codesuite/codebuild/builds/app%3Au-1?region=eu-west-1",
                "project": "https://github.com/owner/app",
            ]),
        SampleJob(
            "codebuild", "a tag",
            [
                "CODEBUILD_BUILD_ARN": "arn", "CODEBUILD_WEBHOOK_TRIGGER": "tag/v1", "CODEBUILD_BUILD_URL": "https://a",
            ],
            ["tag": "v1", "job": "https://a", "pipeline": "https://a"]),
        SampleJob(
            "codebuild", "a branch with a number for a name",
            ["CODEBUILD_BUILD_ARN": "arn", "CODEBUILD_WEBHOOK_TRIGGER": "branch/12", "CODEBUILD_SOURCE_VERSION": "12"],
            ["branch": "12"]),
        SampleJob("codebuild", "almost nothing", ["CODEBUILD_BUILD_ARN": "arn"], [:]),
        SampleJob(
            "semaphore", "a pull request from a fork",
            [
                "SEMAPHORE": "true", "SEMAPHORE_JOB_ID": "j1", "SEMAPHORE_WORKFLOW_ID": "w1",
                "SEMAPHORE_ORGANIZATION_URL": "https://acme.semaphoreci.com", "SEMAPHORE_GIT_SHA": commit,
                "SEMAPHORE_GIT_BRANCH": "main", "SEMAPHORE_GIT_PR_BRANCH": "fix", "SEMAPHORE_GIT_PR_NUMBER": "5",
                "SEMAPHORE_GIT_PR_SLUG": "stranger/app", "SEMAPHORE_GIT_REPO_SLUG": "acme/app",
                "SEMAPHORE_GIT_URL": "git@github.com:acme/app.git",
            ],
            [
                "key": "j1", "commit": commit, "branch": "fix", "change": "5",
                "job": "https://acme.semaphoreci.com/jobs/j1", "pipeline": "https://acme.semaphoreci.com/workflows/w1",
                "project": "https://github.com/acme/app",
            ]),
        SampleJob(
            "semaphore", "a tag",
            ["SEMAPHORE": "true", "SEMAPHORE_GIT_TAG_NAME": "v1", "SEMAPHORE_GIT_BRANCH": "refs/tags/v1"], ["tag": "v1"]
        ),
        SampleJob("semaphore", "almost nothing", ["SEMAPHORE": "true"], [:]),
        SampleJob(
            "codefresh", "a pull request from a fork",
            [
                "CF_BUILD_ID": "b1", "CF_STEP_NAME": "push", "CF_REVISION": commit, "CF_BRANCH": "fix",
                "CF_PULL_REQUEST_NUMBER": "6", "CF_PULL_REQUEST_IS_FORK": "true",
                "CF_BUILD_URL": "https://g.codefresh.io/build/b1",
            ],
            [
                "key": "b1-push", "commit": commit, "branch": "fix", "change": "6",
                "job": "https://g.codefresh.io/build/b1", "pipeline": "https://g.codefresh.io/build/b1",
            ]),
        SampleJob("codefresh", "almost nothing", ["CF_BUILD_ID": "b1"], ["key": "b1"]),
        SampleJob(
            "cirrus", "a pull request from a fork",
            [
                "CI": "true", "CIRRUS_CI": "true", "CIRRUS_TASK_ID": "t1", "CIRRUS_BUILD_ID": "b1",
                "CIRRUS_CHANGE_IN_REPO": commit, "CIRRUS_BRANCH": "pull/8", "CIRRUS_PR": "8",
                "CIRRUS_USER_PERMISSION": "none",
                "CIRRUS_REPO_CLONE_URL": "https://x-access-token:secret@github.com/owner/app.git",
            ],
            [
                "key": "t1", "commit": commit, "branch": "pull/8", "change": "8",
                "job": "https://cirrus-ci.com/task/t1", "pipeline": "https://cirrus-ci.com/build/b1",
                "project": "https://github.com/owner/app",
            ]),
        SampleJob("cirrus", "almost nothing", ["CIRRUS_CI": "true"], [:]),
        SampleJob(
            "cloudbuild", "a pull request",
            [
                "BUILDER_OUTPUT": "/builder/outputs", "BUILD_ID": "b1", "PROJECT_ID": "acme",
                "LOCATION": "europe-west1",
                "COMMIT_SHA": commit, "BRANCH_NAME": "main", "_HEAD_BRANCH": "fix", "_PR_NUMBER": "2",
                "_HEAD_REPO_URL": "https://github.com/acme/app",
            ],
            [
                "key": "b1", "commit": commit, "branch": "fix", "change": "2", "project": "https://github.com/acme/app",
                "job": "https://console.cloud.google.com/cloud-build/builds;region=europe-west1/b1?project=acme",
                "pipeline": "https://console.cloud.google.com/cloud-build/builds;region=europe-west1/b1?project=acme",
            ]),
        SampleJob(
            "cloudbuild", "variables that a step was handed",
            ["BUILD_ID": "b1", "PROJECT_ID": "acme", "LOCATION": "global", "TAG_NAME": "v1"],
            [
                "key": "b1", "tag": "v1",
                "job": "https://console.cloud.google.com/cloud-build/builds;region=global/b1?project=acme",
                "pipeline": "https://console.cloud.google.com/cloud-build/builds;region=global/b1?project=acme",
            ]),
        SampleJob("cloudbuild", "almost nothing", ["BUILDER_OUTPUT": "/builder/outputs"], [:]),
    ]
}
