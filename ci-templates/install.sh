# berth_install DIRECTORY: puts berth there, as bin/berth, unless this version of it can be called already.
#
# BERTH_RELEASES is the address of the directory that the archive lies in, BERTH_VERSION the version, and BERTH_SHA256
# the archive's checksum, or those of several (one for each architecture) with blanks between them.
#
# Each template holds a copy, which scripts/embed-install renews. There are no braces around variables and no
# backslashes in it, since some CI systems take these for their own.
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
