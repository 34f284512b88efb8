#!/bin/sh
# What a job does that wants a CI system's variables.
set -eu

echo "builds $CI_COMMIT_SHA"
