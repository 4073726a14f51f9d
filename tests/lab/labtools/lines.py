"""JSON objects, one a line, over a UNIX socket with deadlines: QMP and the guest's agent both speak it."""

import json
import os
import socket
import time


class Closed(Exception):
    """The other side has gone."""


class Late(Exception):
    """Nothing came before the deadline."""


class Lines:
    def __init__(self, directory, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # A socket's address holds 107 bytes, a checkout's path may be longer: connect relative to the directory.
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.socket.connect(f"/proc/self/fd/{handle}/{name}")
        except OSError as error:
            self.socket.close()
            raise Closed(str(error)) from error
        finally:
            os.close(handle)
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, message):
        try:
            self.socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise Closed(str(error)) from error

    def receive(self, deadline):
        """The next object; a line that is none (the end of an older conversation) is skipped."""
        while True:
            line, found, rest = self.pending.partition(b"\n")
            if found:
                self.pending = rest
                try:
                    message = json.loads(line)
                except ValueError:
                    continue
                if isinstance(message, dict):
                    return message
                continue
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                raise Late() from None
            except OSError as error:
                raise Closed(str(error)) from error
            if not data:
                raise Closed("the connection ended")
            self.pending += data
