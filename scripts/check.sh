# Sourced. check WHAT COMMAND...: the command has to succeed; where it does not, the script ends and shows what it said.
# shellcheck shell=bash

check() {
    local what=$1 said
    shift
    said=$("$@" 2>&1) || {
        printf 'FAILED: %s\n%s\n' "$what" "$said"
        exit 1
    }
    printf 'ok: %s\n' "$what"
}
