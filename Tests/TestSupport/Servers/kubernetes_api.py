"""kubernetes_api.py SETTINGS LOG: as much of a Kubernetes API server as kubectl's lists need.

What is in SETTINGS: KubernetesServer.swift. Serves discovery, and lists in pages of `limit` objects with `continue`.
"""

import http.server
import json
import sys
import urllib.parse

from serving import Log, Settings, announce


def group_version(group, version):
    return f"{group}/{version}" if group else version


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, reason, message):
        self.answer(
            status,
            {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message,
             "code": status},
        )

    def do_GET(self):
        settings = self.server.settings.read()
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.server.log.write(method="GET", path=url.path, query=query)
        if settings.get("unauthorized"):
            return self.refuse(401, "Unauthorized", "Unauthorized")
        parts = url.path.strip("/").split("/")
        resources = settings["resources"]
        groups = sorted({(r["group"], r["version"]) for r in resources})
        if parts == ["version"]:
            return self.answer(200, {"major": "1", "minor": "32", "gitVersion": "v1.32.4"})
        if parts == ["api"]:
            return self.answer(200, {"kind": "APIVersions", "versions": ["v1"]})
        if parts == ["apis"]:
            named = [g for g in groups if g[0]]
            listed = [
                {"name": g, "versions": [{"groupVersion": f"{g}/{v}", "version": v}],
                 "preferredVersion": {"groupVersion": f"{g}/{v}", "version": v}}
                for g, v in named
            ]
            return self.answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": listed})
        place = parts[1:] if parts[0] == "api" else parts[2:]
        group = "" if parts[0] == "api" else parts[1]
        if len(place) == 1:
            if group in settings.get("brokenGroups", []):
                return self.refuse(503, "ServiceUnavailable", "the server is currently unable to handle the request")
            mine = [r for r in resources if (r["group"], r["version"]) == (group, place[0])]
            return self.answer(
                200,
                {"kind": "APIResourceList", "groupVersion": group_version(group, place[0]),
                 "resources": [
                     {"name": r["name"], "singularName": "", "namespaced": True, "kind": r["kind"],
                      "verbs": ["get", "list"]} for r in mine]},
            )
        for resource in resources:
            if (resource["group"], resource["version"], resource["name"]) == (group, place[0], place[1]):
                return self.list(resource, query)
        self.refuse(404, "NotFound", "the server could not find the requested resource")

    do_HEAD = do_GET

    def list(self, resource, query):
        if resource.get("forbidden"):
            name = resource["name"]
            return self.refuse(
                403, "Forbidden", f'{name} is forbidden: User "ci" cannot list resource "{name}" at the cluster scope')
        start, limit = int(query.get("continue", "0")), int(query.get("limit", "0"))
        objects = resource["objects"]
        page = objects[start : start + limit] if limit else objects
        metadata = {"resourceVersion": "1"}
        if limit and start + limit < len(objects):
            metadata["continue"] = str(start + limit)
        version = group_version(resource["group"], resource["version"])
        for item in page:
            item["kind"], item["apiVersion"] = resource["kind"], version
        self.answer(
            200, {"kind": resource["kind"] + "List", "apiVersion": version, "metadata": metadata, "items": page})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def main(settings, log):
    server = Server(("127.0.0.1", 0), Handler)
    server.settings, server.log = Settings(settings), Log(log)
    announce(server)
    server.serve_forever()


main(*sys.argv[1:])
