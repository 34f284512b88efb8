# Sourced. serve_release DIRECTORY BINARY: a release of the program, as `make dist` lays it out but packed fast, in
# DIRECTORY/release, on a web server on a free port of 127.0.0.1.
# Sets: server (its process, for the caller to end), releases (its address), version, archive (the file's name),
# sha256. The log, DIRECTORY/server.log, has what is asked for.
# shellcheck shell=sh disable=SC2034

serve_release() {
    version=$("$(dirname "$0")/version" "$2")
    name=berth-$version-linux-$(uname -m)
    archive=$name.tar.gz
    mkdir -p "$1/release" "$1/$name/bin"
    cp "$2" "$1/$name/bin/berth"
    ln -s berth "$1/$name/bin/docker-credential-berth"
    tar -C "$1" -cf - "$name" | gzip -1 >"$1/release/$archive"
    rm -r "${1:?}/$name"
    sha256=$(sha256sum <"$1/release/$archive" | cut -d ' ' -f 1)
    : >"$1/server.log"
    python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$1/release" >"$1/server.log" 2>&1 &
    server=$!
    releases=
    while [ -z "$releases" ]; do
        kill -0 "$server" 2>/dev/null || {
            cat "$1/server.log" >&2
            return 1
        }
        releases=$(sed -n 's|.*(\(http://[^/]*\)/).*|\1|p' "$1/server.log")
    done
}
