"""The host's end of the conversation with tests/lab/guest/agent."""

import secrets
import time

from .lines import Closed, Late, Lines


class GuestLost(Exception):
    """The guest is dead, or does not answer any more."""


class NoConnection(GuestLost):
    """Nobody listens on the guest's end yet, or any more."""


class Agent(Lines):
    """One conversation; opening it ends whatever an older one had running."""

    def __init__(self, directory, deadline=15):
        try:
            super().__init__(directory, "agent")
            nonce = secrets.token_hex(8)
            until = time.monotonic() + deadline
            self.send({"hello": nonce})
            while self.receive(until).get("hello") != nonce:
                pass
        except Closed as error:
            raise NoConnection(f"no connection to the guest: {error}") from None
        except Late:
            raise GuestLost(f"the guest's agent did not answer within {deadline} s") from None

    def run(self, argv, deadline, output, env=None, shot=None):
        """Runs a command in the guest; gives its exit code (124 after the deadline) and what it left behind.

        output is called with pieces of text, shot with what guest/ask was asked; shot gives an error text or "".
        """
        self.send({"run": argv, "env": env or {}, "deadline": deadline})
        # The guest keeps the deadline itself; a guest that does not is lost.
        until = time.monotonic() + deadline + 60
        try:
            while True:
                message = self.receive(until)
                if "output" in message:
                    output(message["output"])
                elif "shot" in message:
                    error = shot(message["shot"], message["name"], message["seconds"], message["colours"]) if shot else "no screenshots here"
                    self.send({"shot": error})
                elif "exit" in message:
                    return message["exit"], message.get("left", [])
        except Closed as error:
            raise GuestLost(f"the guest went away: {error}") from None
        except Late:
            raise GuestLost(f"the guest was silent for {deadline + 60} s") from None
