"""Makes a repository at the service that AWS_ENDPOINT_URL names, with an image for each argument: its tags, joined by +."""
import json
import os
import sys

import boto3

client = boto3.client("ecr", region_name=os.environ["AWS_REGION"])
client.create_repository(repositoryName=sys.argv[1])
for number, tags in enumerate(sys.argv[2:]):
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar", "size": number + 1, "digest": "sha256:%064x" % number}
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": "sha256:%064x" % 0}
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
        "layers": [layer]})
    for tag in tags.split("+"):
        client.put_image(repositoryName=sys.argv[1], imageManifest=manifest, imageTag=tag)
