"""Makes a repository at the service that AWS_ENDPOINT_URL names, with the manifests that a registry's tags lead to.

Arguments: the repository, the registry's host:port, the tags.
"""
import json
import os
import sys
import urllib.request

import boto3

name, registry, tags = sys.argv[1], sys.argv[2], sys.argv[3:]
client = boto3.client("ecr", region_name=os.environ["AWS_REGION"])
client.create_repository(repositoryName=name)
accepted = ",".join([
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json"])


def read(reference):
    request = urllib.request.Request(f"http://{registry}/v2/{name}/manifests/{reference}", headers={"Accept": accepted})
    with urllib.request.urlopen(request) as response:
        return response.read().decode(), response.headers["Docker-Content-Digest"], response.headers["Content-Type"]


for tag in tags:
    text, digest, kind = read(tag)
    client.put_image(
        repositoryName=name, imageManifest=text, imageManifestMediaType=kind, imageTag=tag, imageDigest=digest)
