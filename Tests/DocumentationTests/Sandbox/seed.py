"""seed.py REGISTRY OTHER: writes the images that the documents speak of into the storage of two registries.

Reads references from standard input, HOST/REPOSITORY[:TAG], a line each. Each repository gets those tags, and the ones
that a repository in use has, of all ages. Those of quay.io are in OTHER: one tag each, so that there is something to copy.
"""

import datetime
import sys

from registry_content import Directory, Repository

DAYS = {
    "latest": 1, "1.2": 20, "v1.0.0": 400, "v1.1.0": 200, "v1.2.0": 20,
    "mr-40-9f8e7d6c": 45, "mr-41-1a2b3c4d": 30, "mr-42-0a1b2c3d": 3,
    "nightly-1": 2, "nightly-2": 1, "release-1.0": 300,
}


def image(tag, days, now):
    created = (now - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "kind": "image", "format": "docker", "platform": "linux/amd64", "created": created, "labels": {"tag": tag},
        "layers": [{"size": 10240, "seed": 0}], "annotations": {}, "tags": [tag], "referrers": [],
    }


def main(registry, other):
    wanted = {}
    for line in sys.stdin:
        host, _, rest = line.strip().partition("/")
        name, _, tag = rest.partition(":")
        place = (other if host == "quay.io" else registry, name)
        wanted.setdefault(place, set()).update([tag] if tag else [])
    now = datetime.datetime.now(datetime.timezone.utc)
    for (storage, name), tags in wanted.items():
        ages = {"latest": 1} if storage == other else DAYS | {f"main-{n}f0a1b2c": 3 * n for n in range(1, 16)}
        repository = Repository(Directory(storage), name)
        for tag, days in ({tag: 10 for tag in sorted(tags)} | ages).items():
            repository.store(image(tag, days, now))


main(*sys.argv[1:])
