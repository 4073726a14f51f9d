"""Progress with the time since the start, and the one error type of the lab."""

import fcntl
import subprocess
import sys
import time
from contextlib import contextmanager

START = time.monotonic()


class LabError(Exception):
    """Something a person has to know; printed as one line, exit code 1."""


def say(text):
    print(f"[{time.monotonic() - START:6.1f}s] {text}", flush=True)


@contextmanager
def stage(name):
    """Announces a piece of long work and how long it took."""
    say(name)
    begin = time.monotonic()
    yield
    say(f"{name}: done in {time.monotonic() - begin:.0f} s")


@contextmanager
def locked(path, message):
    """Holds an exclusive lock on a file; says so once when somebody else has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(message)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_logged(argv, log, what):
    """Runs a command into a log file; its last lines are shown when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "wb") as out:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        tail = log.read_text(errors="replace").splitlines()[-25:]
        print("\n".join(tail), file=sys.stderr)
        raise LabError(f"{what} failed with exit code {done.returncode}; the whole log is {log}")
