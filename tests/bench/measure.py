"""What a command takes: seconds, seconds of CPU, memory. Other work on the machine lengthens the first, hardly the second."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass
class Taken:
    """What a command took, and what it printed."""

    seconds: float
    cpu: float
    peak: int
    text: str

    def __str__(self):
        return f"{self.seconds:8.2f} s {self.cpu:8.2f} s of CPU {self.peak / 2**30:6.2f} GiB"


def taken(command, stderr=None, **environment):
    begun = time.time()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=stderr, text=True, env={**os.environ, **environment}
    )
    text = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed")
    return Taken(time.time() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, text)


def night(program, job, memory, *more, log="/dev/null", **environment):
    """A run of `job` and its summary; what it says of each table goes to `log`."""
    command = [program, "--log-format", "json", "run", job, "--memory-limit", memory, *more]
    with open(log, "w") as said:
        took = taken(command, stderr=said, **environment)
    return took, json.loads(took.text)


def published(folder, name, job):
    """The file of a job and the folder it publishes to, both below `folder`; nothing is published yet."""
    output = f"{folder}/published-{name}"
    subprocess.run(["rm", "-rf", output], check=True)
    with open(f"{folder}/{name}.yaml", "w") as file:
        json.dump({"name": "bench", **job, "output": {"url": output, **job.get("output", {})}}, file)
    return f"{folder}/{name}.yaml", output
