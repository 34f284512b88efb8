# Sourced. start_registry DIRECTORY USER...: Debian's docker-registry on a free port of 127.0.0.1, with the
# password "password-of-USER" for each user. With TLS where DIRECTORY holds tls.pem and tls.key.
# Sets: registry (its process, for the caller to end), port, registry_log (which names users).
# shellcheck shell=sh disable=SC2034

start_registry() {
    directory=$1
    shift
    for user; do
        printf 'password-of-%s' "$user" | htpasswd -n -i -B -C 4 "$user"
    done | grep . >"$directory/htpasswd"
    tls=
    [ ! -e "$directory/tls.pem" ] || tls=", tls: {certificate: $directory/tls.pem, key: $directory/tls.key}"
    cat >"$directory/registry.yml" <<END
version: 0.1
log: {level: debug, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $directory/storage}}
http: {addr: "127.0.0.1:0"$tls}
auth: {htpasswd: {realm: loopback, path: $directory/htpasswd}}
END
    registry_log=$directory/registry.log
    : >"$registry_log"
    docker-registry serve "$directory/registry.yml" >"$registry_log" 2>&1 &
    registry=$!
    port=
    while [ -z "$port" ]; do
        kill -0 "$registry" 2>/dev/null || {
            cat "$registry_log" >&2
            return 1
        }
        port=$(sed -n 's/.*msg="listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$registry_log")
    done
}

# who_pushed REPOSITORY TAG: the user whose password the registry was given.
who_pushed() {
    sed -n "s|.* auth.user.name=\([^ ]*\) .* http.request.method=PUT .*http.request.uri=\"\{0,1\}/v2/$1/manifests/$2\"\{0,1\} .*|\1|p" \
        "$registry_log" | sort -u
}
