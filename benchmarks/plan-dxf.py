"""plan-dxf.py HOST REPOSITORY KEPT: prints the tags besides the newest KEPT, as a script with the library dxf does it."""

import json
import sys

import dxf


def main():
    host, repository, kept = sys.argv[1:]
    with dxf.DXF(host, repository, insecure=True) as registry:
        times = []
        for tag in registry.list_aliases():
            manifest, _ = registry.get_manifest_and_response(tag)
            config = b"".join(registry.pull_blob(json.loads(manifest)["config"]["digest"]))
            times.append((json.loads(config)["created"], tag))
    print("\n".join(tag for _, tag in sorted(times)[:-int(kept)]))


main()
