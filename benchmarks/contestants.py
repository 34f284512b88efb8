"""The command lines of what is compared, by job."""

import pathlib
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent

# Where scripts/python-tools puts python-dxf.
DXF_PYTHON = HERE.parent / ".build" / "benchmark-python" / "bin" / "python"

# How many calls run at once where a job takes one call for each tag.
LOOP_PARALLEL = 4


class Entry(NamedTuple):
    """A row: its name, the program that has to be there, the row that it is compared with, and how many times as much
    the whole job would be."""
    name: str
    program: str
    command: list
    floor: str = "C"
    scale: float = 1


class Tools(NamedTuple):
    """What the benchmark brings itself: its floor in C, and the berth that is measured."""
    floor: str
    berth: str


def for_each(file, *command):
    """The command for each line of the file, which stands for @."""
    return ["xargs", "-a", file, "-P", str(LOOP_PARALLEL), "-I", "@", *command]


def regctl(host, *words):
    return ["regctl", "--host", f"reg={host},tls=disabled", *words]


def listing(tool, host, name):
    reference = f"{host}/{name}"
    return [
        Entry("C", tool.floor, [tool.floor, "list", f"http://{host}/v2/{name}"]),
        Entry("berth tags", tool.berth, [tool.berth, "tags", reference, "--insecure-registry"]),
        Entry("skopeo list-tags", "skopeo", ["skopeo", "list-tags", "--tls-verify=false", f"docker://{reference}"]),
        Entry("crane ls", "crane", ["crane", "ls", "--insecure", reference]),
        Entry("regctl tag ls", "regctl", regctl(host, "tag", "ls", reference)),
        Entry("oras repo tags", "oras", ["oras", "repo", "tags", "--plain-http", reference]),
    ]


def details(tool, host, name, parallel, scheme="http"):
    floor = f"C, {parallel} in flight"
    berth = [tool.berth, "tags", f"{host}/{name}", "--details", "--json", "--parallel", str(parallel)]
    return [
        Entry(floor, tool.floor, [tool.floor, "details", str(parallel), f"{scheme}://{host}/v2/{name}"], floor),
        Entry(f"berth, {parallel} in flight", tool.berth,
              berth + (["--insecure-registry"] if scheme == "http" else []), floor),
    ]


def requests(tool, parallel, count, url):
    name = f"C, {parallel} in flight, {'HTTP/1.1' if url.startswith('http:') else 'TLS and HTTP/2'}"
    return Entry(name, tool.floor, [tool.floor, "requests", str(parallel), str(count), url], name)


def detail_loops(host, name, file, scale, floor):
    """Shell loops over some tags, those of the file."""
    reference = f"{host}/{name}:@"
    pair = ' "$0" >/dev/null && exec '
    host_option = f"--host reg={host},tls=disabled"
    return [
        Entry("loop of skopeo inspect", "skopeo",
              for_each(file, "skopeo", "inspect", "--tls-verify=false", f"docker://{reference}"), floor, scale),
        Entry("loop of crane digest, crane config", "crane",
              for_each(file, "sh", "-c", f'crane digest --insecure{pair}crane config --insecure "$0"', reference),
              floor, scale),
        Entry("loop of regctl image digest, config", "regctl",
              for_each(file, "sh", "-c", f'regctl {host_option} image digest{pair}regctl {host_option} image config "$0"',
                       reference), floor, scale),
        Entry("loop of oras manifest fetch-config", "oras",
              for_each(file, "oras", "manifest", "fetch-config", "--plain-http", reference), floor, scale),
    ]


def deletion(tool, host, name, parallel, tags, file, file_scale):
    """name(row): the repository of that row. file: some of the tags, for programs that delete one a call."""
    def entry(row, program, command, scale=1):
        return Entry(row, program, command(f"{host}/{name(row)}", name(row)), "C", scale)
    return [
        entry("C", tool.floor, lambda _, name: [tool.floor, "delete", str(parallel), f"http://{host}/v2/{name}", *tags]),
        entry("berth delete", tool.berth, lambda repository, _: [
            tool.berth, "delete", "--insecure-registry", "--parallel", str(parallel),
            *(f"{repository}:{tag}" for tag in tags)]),
        entry("loop of skopeo delete", "skopeo", lambda repository, _: for_each(
            file, "skopeo", "delete", "--tls-verify=false", f"docker://{repository}:@"), file_scale),
        entry("loop of regctl tag rm", "regctl", lambda repository, _: for_each(
            file, *regctl(host, "tag", "rm", f"{repository}:@")), file_scale),
    ]


def cleanup(tool, reference, kept, parallel, *more):
    """berth, for all tags but the newest."""
    return [tool.berth, "cleanup", reference, "--keep-last", str(kept), "--max-delete", "100%", "--json",
            "--insecure-registry", "--parallel", str(parallel), *more]


def planning(tool, host, name, kept, parallel):
    floor = f"C, {parallel} in flight"
    return [
        Entry(floor, tool.floor, [tool.floor, "details", str(parallel), f"http://{host}/v2/{name}"], floor),
        Entry(f"berth cleanup, {parallel} in flight", tool.berth,
              cleanup(tool, f"{host}/{name}", kept, parallel), floor),
    ]


def planning_scripts(host, name, kept, floor):
    """What plans the same, for all tags, with the tools that people have."""
    return [
        Entry("script with the library dxf", str(DXF_PYTHON),
              [DXF_PYTHON, HERE / "plan-dxf.py", host, name, str(kept)], floor),
        Entry(f"script with skopeo, {LOOP_PARALLEL} calls at a time", "skopeo",
              [HERE / "plan-skopeo.sh", f"{host}/{name}", str(kept), str(LOOP_PARALLEL)], floor),
    ]


def cleaning(tool, host, name, kept, parallel, tags, floor, plan, loop):
    """name(row): the repository of that row. floor: what C is to do. plan: a file with that of the row "plan". loop:
    whether skopeo can do the job; a file of some tags, and how many times as much all would be."""
    def target(row):
        return f"{host}/{name(row)}"
    entries = [
        Entry("C", tool.floor, [tool.floor, floor, str(parallel), f"http://{host}/v2/{name('C')}", *tags]),
        Entry("berth cleanup --plan", tool.berth, [
            tool.berth, "cleanup", "--plan", plan, "--apply", "--json", "--insecure-registry", "--parallel",
            str(parallel)]),
        Entry("berth cleanup, with its plan", tool.berth,
              cleanup(tool, target("berth cleanup, with its plan"), kept, parallel, "--apply")),
    ]
    if loop:
        file, scale = loop
        entries.append(Entry("loop of skopeo delete", "skopeo", for_each(
            file, "skopeo", "delete", "--tls-verify=false", f"docker://{target('loop of skopeo delete')}:@"), "C", scale))
    return entries


def copying(tool, source_host, source, host, name):
    """name(row): the repository of that row."""
    origin = f"{source_host}/{source}:latest"

    def entry(row, program, command):
        return Entry(row, program, command(f"{host}/{name(row)}:latest"), "")
    return [
        entry("berth copy", tool.berth, lambda target: [tool.berth, "copy", "--insecure-registry", origin, target]),
        entry("skopeo copy", "skopeo", lambda target: [
            "skopeo", "copy", "--insecure-policy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false",
            f"docker://{origin}", f"docker://{target}"]),
        entry("crane copy", "crane", lambda target: ["crane", "copy", "--insecure", origin, target]),
        entry("regctl image copy", "regctl", lambda target: [
            "regctl", "--host", f"reg={source_host},tls=disabled", "--host", f"reg={host},tls=disabled",
            "image", "copy", origin, target]),
        entry("oras copy", "oras", lambda target: ["oras", "copy", "--from-plain-http", "--to-plain-http", origin, target]),
    ]
