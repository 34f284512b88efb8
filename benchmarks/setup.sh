# Sourced by the benchmarks: a scratch machine with a realistic config, and the peers to compare with.
# Sets: binary, bench (removed at exit), HOME, BERTH_TMP_DIR (where job directories go), job (an array: a command's
# prefix that gives it the variables of a GitLab job).
# shellcheck shell=bash disable=SC2034

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
binary=$(realpath "${1:-$here/../build/berth}")
[ -x "$binary" ] || { echo "$0: $binary is not there; make build" >&2; exit 1; }

bench=$(mktemp -d "${TMPDIR:-/tmp}/berth-bench-XXXXXX")
trap 'rm -rf "$bench"' EXIT

export HOME=$bench/home BERTH_TMP_DIR=$bench/jobs TMPDIR=$bench/jobs
mkdir -p "$HOME/.docker" "$BERTH_TMP_DIR"
"$here/make-config" "$HOME/.docker/config.json"

# A job of its own machine, as a container is: no watcher stays behind to share the processor with what is measured.
export CI_DISPOSABLE_ENVIRONMENT=true
export GITLAB_JOB_KEEPS='BERTH_TMP_DIR CI_DISPOSABLE_ENVIRONMENT'
job=("$here/../scripts/gitlab-job" 4711 registry.example.com group-ci)

cc -O2 -Wall -Wextra -Werror -o "$bench/peer" "$here/peer.c" -ljansson
