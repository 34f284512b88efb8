# Sourced. claim TEXT COMMAND...: says whether the command agrees.
# Sets: failures, of how many claims it did not; bold, plain, green and red, empty where nobody sees colours.
# shellcheck shell=sh disable=SC2034

bold='' plain='' green='' red=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m') green=$(printf '\033[32m') red=$(printf '\033[31m')
fi

failures=0
claim() {
    text=$1
    shift
    if "$@"; then
        printf '  %sok%s      %s\n' "$green" "$plain" "$text"
    else
        printf '  %sFAILED%s  %s\n' "$red" "$plain" "$text"
        failures=$((failures + 1))
    fi
}
