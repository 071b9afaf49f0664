"""A class of twenty, served with the commands of the manual: everybody has a chip of their own, and scripts do not know of it."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from service_users import fetched

ROOT = Path(__file__).parents[3]
STUDENTS = 20


def commands():
    """Those of the manual, as lists, with this interpreter's `hicannx`."""
    lines = [line.split(" #")[0] for line in (ROOT / "docs" / "service.md").read_text().splitlines()]
    return [[sys.executable, "-m", *line.split()] for line in lines if re.match(r"    hicannx (token|service) .*--tokens", line)]


def given(command, **changed):
    """A command with other values of its options."""
    command = list(command)
    for name, value in changed.items():
        command[command.index(f"--{name}") + 1] = str(value)
    return command


def test_a_class_of_twenty(tmp_path):
    token, service = commands()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    names, keys = [f"student{number}" for number in range(STUDENTS)], []
    for name in names:
        whose = [name if word == "ann" else word for word in given(token, tokens=tmp_path / "class.tokens")]
        keys.append(subprocess.run(whose, check=True, capture_output=True, text=True).stdout.strip())
    serving = [*given(service, tokens=tmp_path / "class.tokens"), "--port", str(port)]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None and "hicannx service at 0.0.0.0" in server.stdout.readline()
            found = at_once(port, keys)
            served = {
                one.labels["user"]: one.value
                for family in text_string_to_metric_families(fetched(port, "/metrics"))
                for one in family.samples
                if one.name == "hicannx_jobs_total"
            }
        finally:
            server.terminate()
        assert server.wait(30) == 0
    assert found == [f"{[[10 * number + repetition] for repetition in range(3)]}" for number in range(STUDENTS)]
    assert served == dict.fromkeys(names, 7)


def at_once(port, keys):
    """What the students' scripts print."""
    where = {"QUIGGELDY_ENABLED": "1", "QUIGGELDY_IP": "127.0.0.1", "QUIGGELDY_PORT": str(port)}
    script, running = Path(__file__).with_name("student.py"), []
    for number, key in enumerate(keys):
        environment = os.environ | where | {"QUIGGELDY_TOKEN": key}
        running.append(subprocess.Popen([sys.executable, script, str(number)], env=environment, stdout=subprocess.PIPE, text=True))
    return [one.communicate(timeout=300)[0].strip() for one in running]
