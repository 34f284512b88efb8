"""home.py HOSTS: prints the docker config of somebody who has logged in everywhere."""

import base64
import json
import sys

OTHERS = {"ghcr.io": "owner:github-token"}
with open(sys.argv[1]) as file:
    hosts = file.read().split()
logins = {host: OTHERS.get(host, "ci:registry-password") for host in hosts if ".dkr.ecr" not in host}
auths = {host: {"auth": base64.b64encode(login.encode()).decode()} for host, login in logins.items()}
print(json.dumps({"auths": auths}))
