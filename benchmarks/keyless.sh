# Sourced after setup.sh by who measures the credential helper. Sets: registry, helper, own and minted (the directories
# of two jobs: one logs in to the registry, the other has a credential in exchange for its OIDC token, got already), and
# the file $bench/input, which asks for the registry.
# shellcheck shell=bash disable=SC2034,SC2154

registry=123456789012.dkr.ecr.eu-central-1.amazonaws.com
printf %s "$registry" >"$bench/input"
servers=$here/../Tests/TestSupport/Servers

# Who makes the job's OIDC token, and exchanges it: once, before anything is measured.
echo '{"lifetime": 36000, "delay": "0", "refuses": false}' >"$bench/settings"
python3 -B "$servers/identity_server.py" "$bench/settings" "$bench/requests" "$bench/minted" >"$bench/server" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -rf "$bench"' EXIT
for ((n = 0; n < 100; n++)); do
    address=$(sed -n 's/.*listening on \([0-9.:]*\).*/\1/p' "$bench/server")
    [ -z "$address" ] || break
    sleep 0.1
done

# make_job OPTION...: makes a job's directory, and prints it.
make_job() {
    (
        eval "$("$binary" ci-env generic "$@" || echo exit 1)"
        echo "$BERTH_JOB"
    )
}

export ID_TOKEN_FILE=$bench/token BENCH_USER=me BENCH_PASSWORD=password
own=$(make_job --login "$registry=BENCH_USER,BENCH_PASSWORD")
curl --silent --fail --header 'Authorization: bearer job' "http://$address/id-token?audience=benchmark" |
    jq -j .value >"$ID_TOKEN_FILE"
minted=$(make_job --oidc "$registry=token-url:http://$address/exchange,token-file:$ID_TOKEN_FILE")
helper=$minted/bin/docker-credential-berth
for directory in "$own" "$minted"; do
    BERTH_JOB=$directory "$helper" get <"$bench/input" | jq -e .Secret >/dev/null
done
kill $server
