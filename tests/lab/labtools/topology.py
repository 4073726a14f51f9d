"""A topology: the PCI devices of a lab guest, read from tests/lab/topologies/NAME.toml."""

import tomllib

from .paths import LAB
from .say import LabError

DIRECTORY = LAB / "topologies"
KEYS = {"description", "iommu", "modules", "image", "kernel", "devices", "addresses"}


class Topology:
    def __init__(self, name, text):
        data = tomllib.loads(text)
        if unknown := set(data) - KEYS:
            raise LabError(f"topology {name}: unknown key {sorted(unknown)[0]}")
        self.name = name
        self.description = data["description"]
        self.iommu = data.get("iommu", True)
        self.modules = data.get("modules", False)
        self.image = data.get("image", "")
        self.kernel = data.get("kernel", "")
        self.devices = data["devices"]
        self.addresses = data["addresses"]

    def qemu_arguments(self):
        arguments = ["-device", "intel-iommu,intremap=on,caching-mode=on,device-iotlb=on"] if self.iommu else []
        if any("audiodev=a0" in device for device in self.devices):
            arguments += ["-audiodev", "none,id=a0"]
        for device in self.devices:
            arguments += ["-device", device]
        return arguments

    def kernel_arguments(self):
        return ("intel_iommu=on iommu=pt " if self.iommu else "intel_iommu=off ") + self.kernel


def load(name):
    path = DIRECTORY / f"{name}.toml"
    if not path.is_file():
        raise LabError(f"no topology {name}; there are {', '.join(names())}")
    return Topology(name, path.read_text())


def names():
    return sorted(path.stem for path in DIRECTORY.glob("*.toml"))
