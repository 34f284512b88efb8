"""run_job.py SYSTEM TEMPLATE: runs the job that a template has, as the CI system would, with the shells that it uses.

On standard input stands a JSON object: `settings` (releases, version, sha256: what the template is stamped with),
`registry` and `command` (what takes the places of those that the template has as examples), `secrets` (the system's;
empty ones it keeps from the job), `workspace` (the checkout) and `shell` (the words of the image's shell, for systems
that take whichever there is). The environment is what the system gives each shell of the job.

Standard output is the job's log. The exit code is that of the job.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import yaml

EXAMPLES = (
    "docker push ghcr.io/owner/app:latest",
    "skopeo copy oci:image docker://ghcr.io/owner/app:latest",
    'skopeo copy oci:image "docker://$IMAGE"',
)


class Job:
    """What is to be run, and where."""

    def __init__(self, described):
        self.settings = described["settings"]
        self.registry = described["registry"]
        self.command = described["command"]
        self.secrets = {name: value for name, value in described["secrets"].items() if value}
        self.workspace = described["workspace"]
        self.shell = described["shell"]
        self.environment = dict(os.environ)
        self.scratch = tempfile.mkdtemp(dir=os.path.dirname(self.workspace))

    def text(self, path):
        """The template as its user has it: stamped, and with a registry and a command of the user's own."""
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        for number, line in enumerate(lines):
            setting = re.search(r"# stamped: (releases|version|sha256)$", line)
            if setting:
                what = r"[0-9]+\.[0-9]+\.[0-9]+" if setting[1] == "version" else '(?<=")(?=")'
                lines[number] = re.sub(what, lambda _: self.settings[setting[1]], line, count=1)
        text = "\n".join(lines)
        for example in EXAMPLES:
            text = text.replace(example, self.command)
        return text.replace("ghcr.io", self.registry)

    def yaml(self, path):
        return yaml.safe_load(self.text(path))

    def file(self, script, mode=0o644):
        """A file of the system's own, outside of whatever the job can see as its own."""
        handle, path = tempfile.mkstemp(dir=self.scratch)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(script)
        os.chmod(path, mode)
        return path

    def run(self, words, environment=None):
        """Runs a program of the job in its workspace; what it writes goes to the job's log."""
        return self.run_reading(words, environment)[0]

    def run_reading(self, words, environment=None):
        """The same, for a system that reads what the program writes."""
        done = subprocess.run(
            words, cwd=self.workspace, env=self.environment if environment is None else environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        log(done.stdout)
        return done.returncode, done.stdout.decode()

    def contain(self, words, environment):
        """Runs a program as a container would: with process ids and temporary files of its own."""
        temporary = tempfile.mkdtemp(dir=self.scratch)
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        words = ["unshare", *root, "--pid", "--fork", "--mount-proc", "--kill-child", *words]
        status = self.run(words, {**environment, "TMPDIR": temporary})
        shutil.rmtree(temporary)
        return status


def log(output):
    sys.stdout.buffer.write(output)
    sys.stdout.buffer.flush()


def generic(job, path):
    script = f". '{job.file(job.text(path))}' && trap berth_end EXIT && trap 'exit 1' HUP INT TERM\n{job.command}\n"
    return job.run([*job.shell, job.file(script)])


def generic_exec(job, path):
    return job.run([*job.shell, job.file(job.text(path)), "sh", "-c", job.command])


def circleci(job, path):
    """Each `run` is a bash of its own, with -eo pipefail, which reads the file that $BASH_ENV names."""
    config = job.yaml(path)
    job.environment.update(job.secrets, BASH_ENV=job.file(""))
    status = 0
    for step in config["jobs"]["push"]["steps"]:
        for run in circleci_runs(config, step):
            if status and run.get("when") != "always":
                continue
            script = job.file(run["command"])
            environment = {**job.environment, **run.get("environment", {})}
            status = job.run(["bash", "-eo", "pipefail", script], environment) or status
    return status


def circleci_runs(config, step):
    """The `run` steps that a step stands for, without parameters."""
    if isinstance(step, str):
        step = {step: {}}
    [(name, given)] = step.items()
    if name == "run":
        return [given if isinstance(given, dict) else {"command": given}]
    if name not in config["commands"]:
        return []
    command = config["commands"][name]
    values = {key: parameter.get("default") for key, parameter in command.get("parameters", {}).items()}
    values.update(given)
    text = json.dumps([step["run"] for step in command["steps"]])
    text = re.sub(r"<< parameters\.(\w+) >>", lambda match: json.dumps(values[match[1]])[1:-1], text)
    if "<<" in text:
        raise SystemExit("CircleCI would take << for its own")
    return json.loads(text)


def azure_steps(template, parameters):
    """The steps of an Azure Pipelines template, as the service expands them."""
    values = {parameter["name"]: parameter.get("default") for parameter in template["parameters"]}
    values.update(parameters)

    def expand(node):
        if isinstance(node, str):
            return re.sub(r"\$\{\{ parameters\.(\w+) }}", lambda match: values[match[1]], node)
        if isinstance(node, list):
            inserted = [values["steps"] if item == "${{ parameters.steps }}" else [expand(item)] for item in node]
            return [item for items in inserted for item in items]
        if isinstance(node, dict):
            expanded = {}
            for key, value in node.items():
                if key == "${{ each variable in parameters.env }}":
                    expanded.update(values["env"])
                else:
                    expanded[key] = expand(value)
            return expanded
        return node

    return expand(template["steps"])


def azure_example(job, path):
    """The steps of the template, for the job that its comment has."""
    return azure_steps(job.yaml(path), {
        "login": f"{job.registry}=GHCR_USER,GHCR_TOKEN",
        "env": {name: f"$({name})" for name in ("GHCR_USER", "GHCR_TOKEN")},
        "steps": [{"bash": job.command}],
    })


def azure_pipelines(job, path):
    """Each step is a bash of its own; what one writes as ##vso commands later ones have.

    Secrets come by macros only, and a macro without a value stays the text that it is.
    """
    status = 0
    for step in azure_example(job, path):
        if status and step.get("condition") != "always()":
            continue
        environment = dict(job.environment)
        for name, value in step.get("env", {}).items():
            environment[name] = re.sub(r"\$\((\w+)\)", lambda match: job.secrets.get(match[1], match[0]), value)
        code, output = job.run_reading(["bash", "--noprofile", "--norc", job.file(step["bash"])], environment)
        for line in output.splitlines():
            azure_command(job.environment, line)
        status = code or status
    return status


def azure_command(environment, line):
    """What the agent does when it reads a line of a step's output."""
    match = re.search(r"##vso\[([^]]*)\](.*)", line)
    if not match:
        return
    command, value = match.groups()
    for token, written in ((";", "%3B"), ("\r", "%0D"), ("\n", "%0A"), ("]", "%5D"), ("%", "%AZP25")):
        value = value.replace(written, token)
    if command == "task.prependpath":
        environment["PATH"] = f"{value}:{environment['PATH']}"
    else:
        environment[re.fullmatch(r"task\.setvariable variable=(\w+)", command)[1]] = value


def bitbucket(job, path):
    """The lines of `script` are run by one shell, those of `after-script` by another."""
    step = job.yaml(path)["pipelines"]["default"][0]["step"]
    job.environment.update(job.secrets)
    status = job.run([*job.shell, "-e", job.file("\n".join(step["script"]))])
    job.environment["BITBUCKET_EXIT_CODE"] = str(status)
    job.run([*job.shell, "-e", job.file("\n".join(step["after-script"]))])
    return status


def buildkite(job, path):
    """The agent's bootstrap: each hook is read by a bash of its own, and what it has exported later phases have."""
    folder = os.path.dirname(path)
    step = job.yaml(path)["steps"][0]
    [(_, properties)] = step["plugins"][0].items()
    job.environment.update(job.secrets)
    for name, value in properties.items():
        job.environment[f"BUILDKITE_PLUGIN_BERTH_{name.upper()}"] = value
    status = buildkite_hook(job, f"{folder}/hooks/environment")
    if not status:
        status = job.run(["bash", "-ec", step["command"]])
    return buildkite_hook(job, f"{folder}/hooks/pre-exit") or status


def buildkite_hook(job, path):
    after = job.file("")
    wrapper = f"""
        . '{job.file(job.text(path))}'
        status=$?
        env -0 >'{after}'
        exit $status
    """
    status = job.run(["bash", job.file(wrapper)])
    if not status:
        with open(after, encoding="utf-8") as file:
            exported = dict(entry.split("=", 1) for entry in file.read().split("\0") if entry)
        job.environment.clear()
        job.environment.update(exported)
    return status


def contained_steps(job, steps, environment, always):
    """Steps in containers, a script each, whose commands are shown before they are run."""
    secrets = {name.lower(): value for name, value in job.secrets.items()}
    status = 0
    for step in steps:
        if status and not always(step):
            continue
        variables = dict(environment)
        for name, value in step.get("environment", {}).items():
            variables[name] = secrets.get(value["from_secret"], "") if isinstance(value, dict) else value
        lines = [f"printf '%s\\n' {shlex.quote('+ ' + command)}\n{command}" for command in step["commands"]]
        script = "set -e\n" + "\n".join(lines)
        status = job.contain([*job.shell, job.file(script)], variables) or status
    return status


def refuse_braces(text):
    if "${" in text:
        raise SystemExit("the system would put its own variables in the place of ${…}")


def drone(job, path):
    text = job.text(path)
    refuse_braces(text)
    volume = tempfile.mkdtemp(dir=job.scratch)
    pipeline = yaml.safe_load(re.sub(r"(?<![\w./-])/berth\b", volume, text))
    status = contained_steps(
        job, pipeline["steps"], job.environment,
        lambda step: "failure" in step.get("when", {}).get("status", []))
    return left_in(volume) or status


def woodpecker(job, path):
    text = job.text(path)
    refuse_braces(text)
    base = os.path.dirname(job.workspace)
    before = set(os.listdir(base))
    status = contained_steps(
        job, yaml.safe_load(text)["steps"], {**job.environment, "CI_WORKSPACE": job.workspace},
        lambda step: any("failure" in condition.get("status", []) for condition in step.get("when", [])))
    return left_in(base, before) or status


def left_in(volume, before=()):
    """An exit code that no job has, where the job has left something in a volume that its steps share."""
    left = set(os.listdir(volume)) - set(before)
    for name in left:
        print(f"left behind: {name}")
    return 99 if left else 0


def travis(job, path):
    """All phases are run by one bash, without -e. A phase before the script that fails ends the job."""
    config = job.yaml(path)
    lines = [f"export {assignment}" for assignment in config["env"]["global"]]
    lines += [f"{command}\n[ $? = 0 ] || exit 2" for command in config["before_script"]]
    lines += ["result=0"] + [f"{{ {command}\n}} || result=1" for command in config["script"]]
    lines += config["after_script"] + ["exit $result"]
    job.environment.update(job.secrets)
    return job.run(["bash", job.file("\n".join(lines))])


def tekton(job, path):
    """The steps are containers of one pod; what they share is a volume, and what came of each is a file."""
    volume, results = tempfile.mkdtemp(dir=job.scratch), tempfile.mkdtemp(dir=job.scratch)
    os.chmod(volume, 0o777)
    text = re.sub(r"(?<![\w./-])/berth\b", volume, job.text(path))
    task = yaml.safe_load(text)["spec"]
    values = {f"params.{parameter['name']}": parameter.get("default") for parameter in task["params"]}
    values.update({
        "params.image": f"{job.registry}/owner/app:latest", "context.taskRun.uid": "u-1",
        "workspaces.source.path": job.workspace, "steps.step-push.exitCode.path": f"{results}/push",
    })

    def substitute(value):
        return re.sub(r"\$\(([a-zA-Z][\w.-]*)\)", lambda match: values[match[1]], value)

    secret = {"username": job.secrets["GHCR_USER"], "password": job.secrets["GHCR_TOKEN"]}
    status = 0
    for step in task["steps"]:
        if status:
            break
        environment = dict(job.environment)
        for variable in task["stepTemplate"]["env"] + step.get("env", []):
            reference = variable.get("valueFrom", {}).get("secretKeyRef")
            environment[variable["name"]] = secret[reference["key"]] if reference else substitute(variable["value"])
        environment["HOME"] = job.environment["HOME"]
        if "$(params" in step["script"]:
            raise SystemExit("a parameter in a script's text can be any script")
        script = substitute(step["script"])
        if not script.startswith("#!/bin/sh\n"):
            raise SystemExit("Tekton runs a script by its first line, and with -x without one")
        code = job.contain([*job.shell, job.file(script)], environment)
        with open(f"{results}/{step['name']}", "w", encoding="utf-8") as file:
            file.write(str(code))
        status = 0 if step.get("onError") == "continue" else code
    return left_in(volume) or status


def jenkins(job, path):
    """A declarative pipeline, by jenkins.groovy beside this file."""
    return jenkins_build(job, job.file(job.text(path)), os.path.dirname(path))


def jenkins_step(job, path):
    """A pipeline that has nothing but the step of the shared library, from a library that has been stamped."""
    library = tempfile.mkdtemp(dir=job.scratch)
    os.mkdir(f"{library}/vars")
    shutil.copy(job.file(job.text(path)), f"{library}/vars/withBerth.groovy")
    pipeline = f"withBerth(login: ['{job.registry}': 'ghcr']) {{ sh {quoted_groovy(job.command)} }}\n"
    return jenkins_build(job, job.file(pipeline), library)


def quoted_groovy(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def jenkins_build(job, pipeline, templates):
    engine = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jenkins.groovy")
    java = os.path.realpath(shutil.which("java"))
    return job.run(["groovy", engine, templates, pipeline], {
        **job.environment, "JAVA_HOME": os.path.dirname(os.path.dirname(java)),
        "WORKSPACE": job.workspace, "WORKSPACE_TMP": f"{job.workspace}@tmp",
        "CREDENTIALS": f"ghcr={job.secrets['GHCR_USER']},{job.secrets['GHCR_TOKEN']}",
    })


SYSTEMS = {
    "generic": generic, "generic-exec": generic_exec, "circleci": circleci, "azure-pipelines": azure_pipelines,
    "bitbucket": bitbucket, "buildkite": buildkite, "drone": drone, "woodpecker": woodpecker, "travis": travis,
    "tekton": tekton, "jenkins": jenkins, "jenkins-step": jenkins_step,
}


def main():
    system, path = sys.argv[1], os.path.abspath(sys.argv[2])
    job = Job(json.load(sys.stdin))
    status = SYSTEMS[system](job, path)
    shutil.rmtree(job.scratch)
    sys.exit(status)


if __name__ == "__main__":
    main()
