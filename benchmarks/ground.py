"""What the benchmarks of registry commands have in common: where they lie, what they start, what they ask."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import contestants
import servers
from race import Course

HERE = pathlib.Path(__file__).resolve().parent


def scratch_directory():
    """In memory where that is large enough: a disk's moods are not what is measured, and 60,000 files take it long."""
    if "TMPDIR" in os.environ:
        return os.environ["TMPDIR"]
    memory = "/dev/shm"
    try:
        status = os.statvfs(memory)
    except OSError:
        return "/tmp"
    return memory if status.f_bavail * status.f_frsize > 6 << 30 else "/tmp"


def make_registry(storage, kind, name, amount):
    """The lines of make-registry."""
    print(f"making {name}: {kind} {amount}", file=sys.stderr)
    return subprocess.run([HERE / "make-registry", storage, kind, name, str(amount)], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def answer(url, method="GET"):
    """The body, None where there is no such thing."""
    request = urllib.request.Request(url, headers={"Accept": servers.MANIFEST}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.read()
    except urllib.error.HTTPError:
        return None


def numbers(variable, usual):
    return [int(number) for number in os.environ.get(variable, usual).split()]


def tell_machine():
    def first_line(*command):
        return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.split("\n")[0]
    models = [line.split(": ", 1)[1] for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    print(f"{models[0] if models else os.uname().machine}, {os.cpu_count()} processors, Linux {os.uname().release}; "
          f"{first_line('docker-registry', '--version')}; {first_line('nginx', '-v')}; "
          f"libcurl {first_line('pkg-config', '--modversion', 'libcurl')}; {first_line('skopeo', '--version')}\n")


class Ground:
    """A directory, the tools, and the course. The contestants get a home of their own."""

    def __init__(self, directory, binary):
        self.directory = directory
        self.runs = int(os.environ.get("RUNS", 5))
        self.few_runs = min(self.runs, 3)
        self.storage = directory / "storage"
        for program in ("floor", "measure"):
            subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", directory / program, HERE / f"{program}.c",
                            "-lcurl", "-ljansson"], check=True)
        self.tool = contestants.Tools(str(directory / "floor"), binary)
        home = directory / "home"
        home.mkdir()
        self.course = Course(directory / "measure", directory, {
            "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(directory), "XDG_RUNTIME_DIR": str(home)})

    def make(self, kind, name, amount):
        return make_registry(self.storage, kind, name, amount)

    def file_of_tags(self, lines, name="some-tags"):
        file = self.directory / name
        file.write_text("".join(line.split()[0] + "\n" for line in lines))
        return file


def main(benchmark):
    """Runs a benchmark, a class that is a Ground, in a directory that does not outlive it."""
    binary = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "build" / "berth")
    if not os.access(binary, os.X_OK):
        sys.exit(f"{sys.argv[0]}: {binary} is not there; make build")
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="berth-bench-", dir=scratch_directory()) as directory:
        run = benchmark(pathlib.Path(directory), binary)
        run.run()
    sys.exit(0 if run.course.all_well else 1)
