"""Runs what is compared in turns, and tells in a table what each took."""

import contextlib
import pathlib
import shutil
import statistics
import subprocess
import sys
from typing import NamedTuple


class Row(NamedTuple):
    """Milliseconds by the clock, milliseconds of processor time, peak MB, and the server's milliseconds of processor
    time, where these are looked at: medians of the runs."""
    wall: float
    cpu: float
    peak: float
    server: float = 0


class Course:
    """measure: the program of measure.c. environment: all that the contestants get."""

    def __init__(self, measure, directory, environment):
        self.measure = measure
        self.output = directory / "output"
        self.errors = directory / "errors"
        self.environment = environment
        self.all_well = True

    def race(self, title, runs, make, check=None, server=lambda: contextlib.nullcontext(""), watched=None):
        """Prints a table; answers its rows by name.

        make(host): the contestants. server: a context with the host that each of them has for one run.
        check(entry, host, output): whether the job was done. Who fails or did it wrong is out of the race.
        watched: a Server whose processor time is told too.
        """
        samples, failures = {}, {}
        entries = make("")
        present = [index for index, entry in enumerate(entries) if shutil.which(entry.program)]
        for run in range(runs):
            for index in present:
                name = entries[index].name
                if name in failures:
                    continue
                print(f"{title}: {name}, run {run + 1} of {runs}", file=sys.stderr)
                with server() as host:
                    entry = make(host)[index]
                    row, failure = self._run(entry, watched)
                    if not failure and check and not check(entry, host, self.output.read_text()):
                        failure = "did not do the job"
                if failure:
                    failures[name] = failure
                samples.setdefault(name, []).append(row)
        rows = {name: Row(*map(statistics.median, zip(*taken))) for name, taken in samples.items() if name not in failures}
        self.all_well &= not failures
        print(f"### {title}\n\n{'Median of ' + str(runs) + ' runs, in turns.' if runs > 1 else 'One run.'}\n")
        more = " server's CPU ms | processors busy: client, server |" if watched else ""
        print(f"| | wall ms | CPU ms | peak MB | wall, CPU of C |{more}\n|---|---:|---:|---:|---:|{'---:|' * 2 * bool(more)}")
        for index in present:
            print(line(entries[index], rows, failures, bool(watched)))
        absent = [entry.program for index, entry in enumerate(entries) if index not in present]
        if absent:
            print(f"\nnot on this machine: {', '.join(absent)}")
        print(flush=True)
        return rows

    def _run(self, entry, watched):
        """What one run took, and why it failed if it did."""
        before = watched.processor_time() if watched else 0
        with open(self.errors, "wb") as errors:
            took = subprocess.run([self.measure, self.output, *entry.command], env=self.environment, check=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors).stdout.split()
        wall, user, system, peak = map(float, took[:4])
        server = watched.processor_time() - before if watched else 0
        row = Row(wall * entry.scale, (user + system) * entry.scale, peak / 1024, server * entry.scale)
        status = int(took[4])
        if not status:
            return row, None
        said = pathlib.Path(self.errors).read_text(errors="replace").strip().splitlines()
        return row, f"exit {status}: {said[0] if said else 'without a word'}"


def line(entry, rows, failures, is_watched):
    name = entry.name + (f" (× {entry.scale:g})" if entry.scale != 1 else "")
    if entry.name in failures:
        return f"| {name} | {failures[entry.name].replace('|', '/')[:90]} |{' |' * (5 if is_watched else 3)}"
    row = rows[entry.name]
    floor = rows.get(entry.floor)
    ratio = f"{row.wall / floor.wall:.2f}×, {row.cpu / floor.cpu:.2f}×" if floor and floor is not row else ""
    server = f" {row.server:,.0f} | {row.cpu / row.wall:.2f}, {row.server / row.wall:.2f} |" if is_watched else ""
    return f"| {name} | {row.wall:,.0f} | {row.cpu:,.0f} | {row.peak:.1f} | {ratio} |{server}"
