#!/bin/sh
# What a team writes when it needs a docker config for each job: the same as berth's, as far as a script goes. It has no
# lease, so nothing ever removes what a killed job leaves, and its output is only right for values without quotes.
set -eu

umask 077
job=$(mktemp -d "${TMPDIR:-/tmp}/job-XXXXXXXX")
mkdir "$job/docker" "$job/containers" "$job/helm"
auth=$(printf '%s:%s' "$CI_REGISTRY_USER" "$CI_REGISTRY_PASSWORD" | base64 -w 0)
jq --arg host "$CI_REGISTRY" --arg auth "$auth" '.auths[$host] = {auth: $auth} | del(.credsStore)' \
    "$HOME/.docker/config.json" >"$job/docker/config.json"
ln -s ../docker/config.json "$job/containers/auth.json"
ln -s ../docker/config.json "$job/helm/registry.json"
cat <<END
export DOCKER_CONFIG='$job/docker';
export REGISTRY_AUTH_FILE='$job/containers/auth.json';
export HELM_REGISTRY_CONFIG='$job/helm/registry.json';
export WERF_DOCKER_CONFIG='$job/docker';
export WERF_REPO='$CI_REGISTRY_IMAGE';
export WERF_ADD_ANNOTATION_PROJECT_GIT='project.werf.io/git=$CI_PROJECT_URL';
export WERF_ADD_ANNOTATION_CI_COMMIT='ci.werf.io/commit=$CI_COMMIT_SHA';
END
