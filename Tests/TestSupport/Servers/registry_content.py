"""registry_content.py STORAGE: puts manifests where docker-registry looks for them, without asking it.

STORAGE is a directory, or the address of an S3 bucket, http://host:port/bucket. Reads from standard input what is wanted,
as ManifestContent.swift writes it, and writes what that has become.
"""

import hashlib
import http.client
import json
import os
import random
import sys
import tarfile
import urllib.parse

OCI = "application/vnd.oci.image"
DOCKER = "application/vnd.docker"
TYPES = {
    "oci": {
        "image": f"{OCI}.manifest.v1+json",
        "index": f"{OCI}.index.v1+json",
        "config": f"{OCI}.config.v1+json",
        "layer": f"{OCI}.layer.v1.tar",
    },
    "docker": {
        "image": f"{DOCKER}.distribution.manifest.v2+json",
        "index": f"{DOCKER}.distribution.manifest.list.v2+json",
        "config": f"{DOCKER}.container.image.v1+json",
        "layer": f"{DOCKER}.image.rootfs.diff.tar",
    },
}


class Directory:
    def __init__(self, path):
        self._path = path

    def write(self, name, content):
        path = f"{self._path}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


class Bucket:
    def __init__(self, address):
        parts = urllib.parse.urlsplit(address)
        self._path = parts.path
        self._connection = http.client.HTTPConnection(parts.netloc)

    def write(self, name, content):
        self._connection.request("PUT", f"{self._path}/{name}", content)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"PUT {name}: {answer.status}")


def layer_content(size, seed):
    """A tar file of that size with one file in it, where the size is enough for one."""
    generator = random.Random(f"{seed}/{size}")
    file = tarfile.TarInfo(f"file-{seed}-{size}")
    file.size = (size - 3 * tarfile.BLOCKSIZE) // tarfile.BLOCKSIZE * tarfile.BLOCKSIZE
    if file.size < 0:
        return generator.randbytes(size)
    # What follows the file is zeros, which end a tar file, however many they are.
    return (file.tobuf() + generator.randbytes(file.size)).ljust(size, b"\0")


class Repository:
    def __init__(self, storage, name):
        self._storage = storage
        self._root = "docker/registry/v2"
        self._name = f"{self._root}/repositories/{name}"
        self._layers = {}

    def blob(self, content, kind=None):
        """Stores content and returns its descriptor."""
        digest = hashlib.sha256(content).hexdigest()
        self._storage.write(f"{self._root}/blobs/sha256/{digest[:2]}/{digest}/data", content)
        if kind:
            self.link(f"_layers/sha256/{digest}", digest)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    def link(self, place, digest):
        self._storage.write(f"{self._name}/{place}/link", f"sha256:{digest}".encode())

    def layer(self, wanted, kind):
        key = (wanted["size"], wanted["seed"], kind)
        if key not in self._layers:
            self._layers[key] = self.blob(layer_content(*key[:2]), kind)
        return self._layers[key]

    def manifest(self, value, tags):
        """Stores a manifest under its digest and its tags, and returns its descriptor."""
        descriptor = self.blob(json.dumps(value, indent=3).encode())
        descriptor["mediaType"] = value["mediaType"]
        digest = descriptor["digest"].removeprefix("sha256:")
        self.link(f"_manifests/revisions/sha256/{digest}", digest)
        for tag in tags:
            self.link(f"_manifests/tags/{tag}/current", digest)
            self.link(f"_manifests/tags/{tag}/index/sha256/{digest}", digest)
        return descriptor

    def store(self, wanted, subject=None):
        """Stores a manifest with all that it needs, and returns what a test may want to know of it."""
        value, stored = getattr(self, wanted["kind"])(wanted)
        if wanted["annotations"]:
            value["annotations"] = wanted["annotations"]
        if subject:
            value["subject"] = subject
        descriptor = self.manifest(value, wanted["tags"])
        stored |= descriptor
        stored["referrers"] = [self.store(referrer, descriptor) for referrer in wanted["referrers"]]
        if stored["referrers"]:
            self.fallback(stored, wanted["referrers"])
        return stored

    def image(self, wanted):
        types = TYPES[wanted["format"]]
        layers = [self.layer(layer, types["layer"]) for layer in wanted["layers"]]
        system, architecture = wanted["platform"].split("/")
        config = {
            "architecture": architecture,
            "os": system,
            "config": {"Labels": wanted["labels"]},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
        }
        if wanted["created"] is not None:
            config["created"] = wanted["created"]
        return self.image_of(types["image"], self.blob(json.dumps(config).encode(), types["config"]), layers)

    def attestation(self, wanted):
        kind = "application/vnd.in-toto+json"
        statement = {"_type": "https://in-toto.io/Statement/v0.1", "subject": wanted["tags"]}
        layer = self.blob(json.dumps(statement).encode(), kind)
        config = {"architecture": "unknown", "os": "unknown", "rootfs": {"type": "layers", "diff_ids": []}}
        types = TYPES["oci"]
        return self.image_of(types["image"], self.blob(json.dumps(config).encode(), types["config"]), [layer])

    def artifact(self, wanted):
        layers = [self.layer(layer, "application/octet-stream") for layer in wanted["layers"]]
        config = self.blob(b"{}", "application/vnd.oci.empty.v1+json")
        value, stored = self.image_of(TYPES["oci"]["image"], config, layers)
        value["artifactType"] = wanted["artifactType"]
        return value, stored

    @staticmethod
    def image_of(kind, config, layers):
        value = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers}
        return value, {"config": config["digest"], "layers": [layer["digest"] for layer in layers], "children": []}

    def index(self, wanted):
        children = [self.store(child) for child in wanted["children"]]
        entries = []
        for stored, child in zip(children, wanted["children"]):
            entry = {name: stored[name] for name in ("mediaType", "digest", "size")}
            if child["kind"] == "attestation":
                entry["platform"] = {"architecture": "unknown", "os": "unknown"}
                entry["annotations"] = {
                    "vnd.docker.reference.type": "attestation-manifest",
                    "vnd.docker.reference.digest": children[child["sibling"]]["digest"],
                }
            elif child["kind"] == "image":
                system, architecture = child["platform"].split("/")
                entry["platform"] = {"architecture": architecture, "os": system}
            entries.append(entry)
        value = {"schemaVersion": 2, "mediaType": TYPES[wanted["format"]]["index"], "manifests": entries}
        return value, {"config": None, "layers": [], "children": children}

    def fallback(self, stored, wanted):
        """What stands for the referrers API at a registry that has none: an index under a tag made of the digest."""
        entries = []
        for referrer, content in zip(stored["referrers"], wanted):
            entry = {name: referrer[name] for name in ("mediaType", "digest", "size")}
            if content["artifactType"]:
                entry["artifactType"] = content["artifactType"]
            if content["annotations"]:
                entry["annotations"] = content["annotations"]
            entries.append(entry)
        value = {"schemaVersion": 2, "mediaType": TYPES["oci"]["index"], "manifests": entries}
        stored["fallback"] = self.manifest(value, [stored["digest"].replace(":", "-")])["digest"]


if __name__ == "__main__":
    place = sys.argv[1]
    wanted = json.load(sys.stdin)
    repository = Repository(Bucket(place) if place.startswith("http:") else Directory(place), wanted["repository"])
    json.dump([repository.store(manifest) for manifest in wanted["manifests"]], sys.stdout)
