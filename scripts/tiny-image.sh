# Sourced. tiny_image DIRECTORY: the smallest image there is, in the layout that the OCI defines.
# Sets: image, the layout's directory, DIRECTORY/image.
# shellcheck shell=sh disable=SC2034

tiny_image() {
    image=$1/image
    mkdir -p "$image/blobs/sha256"
    type=application/vnd.oci.image
    : >"$1/empty"
    tar -cf "$1/layer" -C "$1" empty
    printf '{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}' \
        "$(sha256sum <"$1/layer" | cut -d ' ' -f 1)" >"$1/configuration"
    printf '{"schemaVersion": 2, "mediaType": "%s", "config": {"mediaType": "%s", %s}, "layers": [{"mediaType": "%s", %s}]}' \
        "$type.manifest.v1+json" "$type.config.v1+json" "$(tiny_blob "$1/configuration")" \
        "$type.layer.v1.tar" "$(tiny_blob "$1/layer")" >"$1/manifest"
    printf '{"schemaVersion": 2, "manifests": [{"mediaType": "%s", %s}]}' "$type.manifest.v1+json" \
        "$(tiny_blob "$1/manifest")" >"$image/index.json"
    printf '{"imageLayoutVersion": "1.0.0"}' >"$image/oci-layout"
}

# tiny_blob FILE: puts it among the image's blobs and says what a manifest says of it.
tiny_blob() {
    digest=$(sha256sum <"$1" | cut -d ' ' -f 1)
    cp "$1" "$image/blobs/sha256/$digest"
    printf '"digest": "sha256:%s", "size": %d' "$digest" "$(wc -c <"$1")"
}
