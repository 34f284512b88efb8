# berth_install DIRECTORY: puts berth there, as bin/berth, from the archive of a release.
#
# BERTH_RELEASES is the address of the directory that the archive lies in, BERTH_VERSION the version, and BERTH_SHA256 the
# archive's checksum, or those of several (one for each architecture) with blanks between them.
berth_install() (
  archive=berth-${BERTH_VERSION:?}-linux-$(uname -m).tar.gz
  mkdir -p "$1" && cd "$1" || exit 1
  if command -v curl >/dev/null; then
    curl -fsSL --retry 3 -o "$archive" "${BERTH_RELEASES:?}/$archive" || exit 1
  else
    wget -q -O "$archive" "${BERTH_RELEASES:?}/$archive" || exit 1
  fi
  for sum in ${BERTH_SHA256:?}; do
    if echo "$sum  $archive" | sha256sum -c >/dev/null 2>&1; then
      tar -xzf "$archive" && mv "${archive%.tar.gz}"/* . && rmdir "${archive%.tar.gz}" && rm "$archive" && exit
    fi
  done
  rm -f "$archive"
  echo "berth: $BERTH_RELEASES/$archive is not what BERTH_SHA256 names" >&2
  exit 1
)
