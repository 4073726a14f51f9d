"""QEMU's monitor: screenshots and the end."""

import time

from .lines import Lines
from .png import ppm_to_png, share
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

    def screenshot(self, display, png, seconds=0, colours=()):
        """What the person at a display sees, as a PNG file: as soon as each of the colours (RRGGBB) is a tenth of it, else an error."""
        until = time.monotonic() + seconds
        while missing := self.missing_after_dump(display, png, colours):
            if time.monotonic() > until:
                raise LabError(f"{display} does not show the colour {missing}")
            time.sleep(0.5)

    def missing_after_dump(self, display, png, colours):
        """Writes the file; the first colour of which there is too little in it, or None."""
        png.parent.mkdir(parents=True, exist_ok=True)
        ppm = png.with_suffix(".ppm")
        self.execute("screendump", filename=str(ppm), device=display)
        try:
            picture = ppm.read_bytes()
        finally:
            ppm.unlink(missing_ok=True)
        png.write_bytes(ppm_to_png(picture))
        return next((colour for colour in colours if share(picture, bytes.fromhex(colour)) < 0.1), None)
