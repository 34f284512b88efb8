"""parts.py: what other programs are to look at in a template.

parts.py json FILE           the documents of a YAML file, as one JSON array
parts.py azure FILE          an Azure Pipelines template's steps, expanded as the service does, as a pipeline
parts.py scripts FILE FOLDER  writes each script that stands in FILE into a file of its own, and prints their names: those
                             that one shell runs as one, with the shell's name in the first line
"""

import json
import os
import re
import sys

import yaml

import run_job

# Who runs a template's scripts by bash; the others take the sh of an image.
BASH = ("azure-pipelines", "buildkite", "circleci", "gitea", "github", "travis")
# The keys of what one shell runs, in the order in which it does.
SAME_SHELL = {"travis": ("before_script", "script", "after_script"), "": ("before_script", "script")}
OTHER_KEYS = ("after_script", "after-script", "bash", "command", "commands", "run")


class Loader(yaml.SafeLoader):
    """Reads GitLab's tags too."""


Loader.add_constructor("!reference", lambda loader, node: "true")


def documents(path):
    with open(path, encoding="utf-8") as file:
        return list(yaml.load_all(file, Loader))


def lines(value):
    """A script, which may be a list of lists of lines."""
    return "\n".join(map(lines, value)) if isinstance(value, list) else value


def yaml_scripts(node, system):
    """The scripts in a document."""
    if isinstance(node, list):
        return [script for item in node for script in yaml_scripts(item, system)]
    if not isinstance(node, dict):
        return []
    scripts = []
    joined = SAME_SHELL.get(system, SAME_SHELL[""])
    parts = [lines(node[key]) for key in joined if isinstance(node.get(key), (str, list))]
    if parts:
        scripts.append("\n".join(parts))
    for key, value in node.items():
        if key in OTHER_KEYS and key not in joined and isinstance(value, (str, list)):
            scripts.append(lines(value))
        else:
            scripts += yaml_scripts(value, system)
    return scripts


def scripts(path, system):
    """The scripts in a file, without a first line that names a shell where it does not stand there."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith((".yml", ".yaml")):
        return [script for document in documents(path) for script in yaml_scripts(document, system)]
    if system == "jenkins":
        return re.findall(r"'''(.*?)'''", text, re.DOTALL)
    is_script = text.startswith("#!") or path.endswith(".sh")
    return [text] if is_script else []


def main():
    command, path = sys.argv[1:3]
    system = os.path.abspath(path).rpartition("/ci-templates/")[2].split("/")[0]
    if command == "json":
        print(json.dumps(documents(path)))
    elif command == "azure":
        [template] = documents(path)
        example = {"login": "", "env": {"TOKEN": "$(TOKEN)"}, "steps": [{"bash": "make"}]}
        print(json.dumps({"steps": run_job.azure_steps(template, example)}))
    else:
        folder = sys.argv[3]
        for number, script in enumerate(scripts(path, system)):
            # An expression of the CI system's is no shell; it is checked by what reads it.
            script = re.sub(r"\$\{\{.*?}}", "expression", script)
            if not script.startswith("#!"):
                script = f"#!/bin/{'bash' if system in BASH else 'sh'}\n{script}"
            name = f"{folder}/{number}.sh"
            with open(name, "w", encoding="utf-8") as file:
                file.write(script)
            print(name)


if __name__ == "__main__":
    main()
