# A docker config of its own for a job of any CI system whose steps are run by one shell: to be sourced.
#
#   export BERTH_LOGIN="registry.example.com=REGISTRY_USER,REGISTRY_PASSWORD"   # the names of variables
#   . ./berth.sh && trap berth_end EXIT && trap 'exit 1' HUP INT TERM
#   docker push registry.example.com/app:latest
#
# For sh, dash, bash, zsh, ksh, mksh and busybox. Where something fails, the job's shell ends. All other settings are
# variables too: BERTH_OIDC, BERTH_INHERIT, BERTH_VERIFY and what else berth ci-env --help names.

# Where the release is, which it is, and the checksum of its archive; for several architectures several.
BERTH_RELEASES=${BERTH_RELEASES:-""} # stamped: releases
BERTH_VERSION=${BERTH_VERSION:-"0.1.0"} # stamped: version
BERTH_SHA256=${BERTH_SHA256:-""} # stamped: sha256

berth_install() (
  name=berth-$BERTH_VERSION-linux-$(uname -m) new=$1/new
  fail() {
    echo "berth: $1" >&2
    rm -rf "$new"
    exit 1
  }
  if [ -z "$BERTH_VERSION" ]; then fail "nothing says which version is wanted: set BERTH_VERSION"; fi
  if [ "$(berth --version 2>/dev/null)" = "$BERTH_VERSION" ]; then exit 0; fi
  if [ -z "$BERTH_RELEASES" ] || [ -z "$BERTH_SHA256" ]; then
    fail "nothing says where to get $BERTH_VERSION: set BERTH_RELEASES and BERTH_SHA256"
  fi
  mkdir -p "$new" || fail "it cannot be installed in $1"
  if command -v curl >/dev/null; then
    curl -fsSL --retry 3 -o "$new/archive" "$BERTH_RELEASES/$name.tar.gz"
  else
    wget -q -O "$new/archive" "$BERTH_RELEASES/$name.tar.gz"
  fi || fail "cannot get $BERTH_RELEASES/$name.tar.gz"
  sum=$(sha256sum "$new/archive" | cut -c 1-64)
  case $BERTH_SHA256 in
    *"$sum"*) if [ -z "$sum" ]; then fail "there is no sha256sum to check $name.tar.gz"; fi ;;
    *) fail "BERTH_SHA256 does not name $sum, the checksum of $name.tar.gz" ;;
  esac
  tar -xzf "$new/archive" -C "$new" || fail "$name.tar.gz cannot be unpacked in $1"
  mv "$new/$name/bin" "$1" || fail "it cannot be installed in $1"
  rm -rf "$new"
)

# berth_end: removes the job's directory and the program. The former goes with the shell in any case.
berth_end() {
  if [ -d "$BERTH_JOB" ]; then berth release || :; fi
  rm -rf "$berth_prefix"
}

# A directory of this job's own: into one that jobs share, one could put what the next one runs.
berth_prefix=$(mktemp -d "${TMPDIR:-/tmp}/berth-program-XXXXXX") || exit 1
# A shell that is killed removes nothing: what such jobs have left goes now.
find "${berth_prefix%/*}" -maxdepth 1 -name 'berth-program-*' -mtime +1 -exec rm -rf {} + 2>/dev/null || :
if berth_install "$berth_prefix" && PATH=$berth_prefix/bin:$PATH && berth_script=$(berth ci-env); then
  eval "$berth_script"
else
  rm -rf "$berth_prefix"
  exit 1
fi
