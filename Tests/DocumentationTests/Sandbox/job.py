"""job.py IDENTITY COMMIT TOKENS: writes what a job finds in its environment, and OIDC tokens into files.

/mnt/job.gitlab and /mnt/job.github have lines NAME=value. IDENTITY is the address of the service that makes tokens for
GitHub's jobs; those of GitLab's are made here, one for each audience.
"""

import base64
import json
import os
import sys
import time

identity, commit, folder = sys.argv[1:]


def token(audience):
    def encoded(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"iss": "https://gitlab.example.com", "sub": "project_path:group/app:ref_type:branch:ref:main",
              "aud": audience, "iat": now, "exp": now + 3600, "jti": "1"}
    return f'{encoded({"alg": "RS256"})}.{encoded(claims)}.c2lnbmF0dXJl'


logins = {"GHCR_USER": "owner", "GHCR_TOKEN": "github-token", "QUAY_USER": "QUAY", "QUAY_TOKEN": "quay-token"}
web, registry = "https://gitlab.example.com", "registry.example.com"
gitlab = {
    "CI": "true", "GITLAB_CI": "true", "CI_SERVER": "yes", "CI_SERVER_URL": web,
    "CI_SERVER_HOST": "gitlab.example.com", "CI_SERVER_VERSION": "17.5.0", "CI_JOB_ID": "101", "CI_JOB_NAME": "push",
    "CI_JOB_URL": f"{web}/group/app/-/jobs/101", "CI_JOB_TOKEN": "job-token", "CI_JOB_TIMEOUT": "3600",
    "CI_PIPELINE_ID": "77", "CI_PIPELINE_URL": f"{web}/group/app/-/pipelines/77", "CI_PROJECT_ID": "7",
    "CI_PROJECT_PATH": "group/app", "CI_PROJECT_URL": f"{web}/group/app", "CI_PROJECT_DIR": "/mnt/app",
    "CI_COMMIT_SHA": commit, "CI_COMMIT_SHORT_SHA": commit[:8], "CI_COMMIT_REF_NAME": "main",
    "CI_COMMIT_REF_SLUG": "main", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_REGISTRY": registry,
    "CI_REGISTRY_IMAGE": f"{registry}/group/app", "CI_REGISTRY_USER": "ci", "CI_REGISTRY_PASSWORD": "registry-password",
    "STS_AMAZONAWS_COM_ID_TOKEN": token("sts.amazonaws.com"),
}
github = {
    "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com", "GITHUB_REPOSITORY": "owner/app", "GITHUB_REPOSITORY_OWNER": "owner",
    "GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "push", "GITHUB_SHA": commit,
    "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_ACTOR": "owner",
    "RUNNER_TEMP": "/mnt/tmp", "GITHUB_WORKSPACE": "/mnt/app",
    "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://{identity}/id-token?v=2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
}
for name, variables in ("gitlab", gitlab), ("github", github):
    with open(f"/mnt/job.{name}", "w") as file:
        file.writelines(f"{key}={value}\n" for key, value in (variables | logins).items())
os.makedirs(folder)
with open(f"{folder}/registry", "w") as file:
    file.write(token("sts.amazonaws.com"))
