"""The registries that are measured against: Debian's docker-registry, and nginx with the same answers from files."""

import os
import re
import socket
import subprocess
import time

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class Server:
    """A program that listens on ports of 127.0.0.1 by the time it is made. Ends with the `with` block."""

    def __init__(self, command, log, find_ports):
        with open(log, "wb") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        while not (ports := find_ports()):
            if self.process.poll() is not None:
                raise SystemExit(f"{command[0]} did not start:\n{log.read_text()}")
            time.sleep(0.005)
        self.hosts = [f"127.0.0.1:{port}" for port in ports]
        self.host = self.hosts[0]

    def processor_time(self):
        """Milliseconds of it that the program and its processes have used."""
        process = self.process.pid
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            processes = [process, *map(int, file.read().split())]
        ticks = 0
        for each in processes:
            with open(f"/proc/{each}/stat", encoding="ascii") as file:
                ticks += sum(map(int, file.read().rpartition(")")[2].split()[11:13]))
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def docker_registry(directory, storage):
    """Debian's docker-registry as its package configures it, but that it deletes too and logs no requests."""
    directory.mkdir(parents=True, exist_ok=True)
    configuration = directory / "registry.yml"
    configuration.write_text(f"""\
version: 0.1
log: {{level: info, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {storage}}}
  cache: {{blobdescriptor: inmemory}}
  delete: {{enabled: true}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
http: {{addr: "127.0.0.1:0"}}
""")

    log = directory / "registry.log"
    return Server(["docker-registry", "serve", configuration], log,
                  lambda: re.findall(r'listening on 127\.0\.0\.1:(\d+)"', log.read_text()))


def static_registry(directory, storage, repositories, shrinking=None):
    """nginx with the blobs of a docker-registry's storage. repositories: of each name, the lines of make-registry.

    It knows each tag's digest from a table, so that an answer costs it next to nothing, and the client is what is
    measured. hosts: by plain HTTP/1.1, and by TLS and HTTP/2 with the authority in directory/ca.pem.

    shrinking: the same of repositories whose tags and manifests it deletes, each by itself, as files. Their names begin
    with shrinking/. Their list goes on naming all of their tags; what is left of them lies in manifest_files().
    """
    (directory / "lists").mkdir(parents=True)
    shrinking = shrinking or {}
    with open(directory / "digests.map", "w", encoding="ascii") as table:
        for name, lines in (repositories | shrinking).items():
            fields = [line.split() for line in lines]
            table.writelines(f"/v2/{name}/manifests/{tag} {digest[7:]};\n" for tag, digest, _ in fields)
            listing = directory / "lists" / name
            listing.parent.mkdir(parents=True, exist_ok=True)
            tags = ",".join(f'"{tag}"' for tag, _, _ in fields)
            listing.write_text(f'{{"name":"{name}","tags":[{tags}]}}\n')
    blobs = f"{storage}/docker/registry/v2/blobs/sha256"
    for name, lines in shrinking.items():
        manifests = manifest_files(directory, name)
        manifests.mkdir(parents=True)
        for tag, digest, _ in map(str.split, lines):
            for file in (tag, digest):
                os.link(f"{blobs}/{digest[7:9]}/{digest[7:]}/data", manifests / file)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=benchmark", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", directory / "key.pem", "-out", directory / "ca.pem"], check=True, stderr=subprocess.DEVNULL)
    ports = free_ports(2)
    (directory / "nginx.conf").write_text(f"""\
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
{"user root;" if os.getuid() == 0 else ""}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    types {{ }}
    client_body_temp_path {directory}/tmp;
    fastcgi_temp_path {directory}/tmp;
    proxy_temp_path {directory}/tmp;
    scgi_temp_path {directory}/tmp;
    uwsgi_temp_path {directory}/tmp;
    map_hash_max_size 1048576;
    map_hash_bucket_size 256;
    map $uri $digest {{
        ~/sha256:(?<named>[0-9a-f]+)$ $named;
        include {directory}/digests.map;
    }}
    map $digest $shard {{ ~^(?<shard_digits>..) $shard_digits; }}
    server {{
        listen 127.0.0.1:{ports[0]};
        listen 127.0.0.1:{ports[1]} ssl http2;
        ssl_certificate {directory}/ca.pem;
        ssl_certificate_key {directory}/key.pem;
        http2_max_concurrent_streams 256;
        location = /v2/ {{ default_type application/json; return 200 "{{}}"; }}
        location ~ ^/v2/(?<list>.+)/tags/list$ {{ default_type application/json; alias {directory}/lists/$list; }}
        error_page 404 @unknown;
        location @unknown {{ default_type application/json; return 404 '{{"errors":[{{"code":"MANIFEST_UNKNOWN"}}]}}'; }}
        location ~ ^/v2/shrinking/(?<shrinking>.+)/manifests/(?<reference>[^/]+)$ {{
            default_type {MANIFEST};
            add_header Docker-Content-Digest sha256:$digest;
            alias {directory}/manifests/shrinking/$shrinking/$reference;
            dav_methods DELETE;
        }}
        location ~ /manifests/ {{
            default_type {MANIFEST};
            add_header Docker-Content-Digest sha256:$digest;
            alias {blobs}/$shard/$digest/data;
        }}
        location ~ /blobs/ {{
            default_type application/octet-stream;
            add_header Docker-Content-Digest sha256:$digest;
            alias {blobs}/$shard/$digest/data;
        }}
    }}
}}
""")

    return Server(["nginx", "-e", "stderr", "-c", directory / "nginx.conf"], directory / "nginx.log",
                  lambda: ports if all(map(answers, ports)) else [])


def manifest_files(directory, name):
    """Where the static registry keeps what is left of a repository, named shrinking/..., that shrinks."""
    return directory / "manifests" / name


def free_ports(count):
    """Ports that were free a moment ago. nginx cannot choose its own."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
