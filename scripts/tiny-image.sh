# Sourced. write_image DIRECTORY: the smallest image there is, in the layout that the OCI defines.
# shellcheck shell=sh

write_image() {
    image=$1
    mkdir -p "$image/blobs/sha256"
    type=application/vnd.oci.image
    : >"$image.empty"
    tar -cf "$image.layer" -C "${image%/*}" "${image##*/}.empty"
    printf '{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}' \
        "$(sha256sum <"$image.layer" | cut -d ' ' -f 1)" >"$image.configuration"
    printf '{"schemaVersion": 2, "mediaType": "%s", "config": {"mediaType": "%s", %s}, "layers": [{"mediaType": "%s", %s}]}' \
        "$type.manifest.v1+json" "$type.config.v1+json" "$(image_blob "$image.configuration")" \
        "$type.layer.v1.tar" "$(image_blob "$image.layer")" >"$image.manifest"
    printf '{"schemaVersion": 2, "manifests": [{"mediaType": "%s", %s}]}' "$type.manifest.v1+json" \
        "$(image_blob "$image.manifest")" >"$image/index.json"
    printf '{"imageLayoutVersion": "1.0.0"}' >"$image/oci-layout"
    rm "$image.empty" "$image.layer" "$image.configuration" "$image.manifest"
}

# image_blob FILE: puts it among the image's blobs and says what a manifest says of it.
image_blob() {
    digest=$(sha256sum <"$1" | cut -d ' ' -f 1)
    cp "$1" "$image/blobs/sha256/$digest"
    printf '"digest": "sha256:%s", "size": %d' "$digest" "$(wc -c <"$1")"
}
