"""QEMU's monitor: screenshots and the end."""

import time

from .lines import Lines
from .png import ppm_to_png
from .say import LabError


class Monitor(Lines):
    def __init__(self, directory):
        super().__init__(directory, "qmp")
        self.receive(time.monotonic() + 10)
        self.execute("qmp_capabilities")

    def execute(self, command, deadline=20, **arguments):
        self.send({"execute": command, "arguments": arguments})
        until = time.monotonic() + deadline
        while True:
            answer = self.receive(until)
            if "error" in answer:
                raise LabError(f"QEMU: {command}: {answer['error'].get('desc')}")
            if "return" in answer:
                return answer["return"]

    def screenshot(self, display, png):
        """What the person at a display sees, as a PNG file."""
        png.parent.mkdir(parents=True, exist_ok=True)
        ppm = png.with_suffix(".ppm")
        self.execute("screendump", filename=str(ppm), device=display)
        try:
            png.write_bytes(ppm_to_png(ppm.read_bytes()))
        finally:
            ppm.unlink(missing_ok=True)
