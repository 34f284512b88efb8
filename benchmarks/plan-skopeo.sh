#!/bin/sh
# plan-skopeo.sh REPOSITORY KEPT PARALLEL: prints the tags besides the newest KEPT, as a script with skopeo does it.
set -eu

repository=$1 kept=$2 parallel=$3

# shellcheck disable=SC2016 # the inner shell's
inspect='echo "$(skopeo inspect --tls-verify=false --format "{{.Created}}" "docker://$0:$1")" "$1"'

skopeo list-tags --tls-verify=false "docker://$repository" | jq -r '.Tags[]' |
    xargs -P "$parallel" -I @ sh -c "$inspect" "$repository" @ |
    sort | head -n "-$kept" | sed 's/.* //'
