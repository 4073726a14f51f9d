"""A booted guest: a QEMU process with a directory of its own, found again by later runs of the program."""

import json
import os
import select
import shutil
import signal
import subprocess
import time

from . import desktop, image, overlay, product
from .agent import Agent, GuestLost, NoConnection
from .lines import Closed, Late
from .paths import LAB, guest_dir
from .qmp import Monitor
from .say import LabError, say, stage
from .topology import load

BOOT_DEADLINE = 600
AGENT = "usr/lib/gpu-handoff-lab"


class Guest:
    """The guest of one host and topology, up or not."""

    def __init__(self, host, topology):
        self.host = host
        self.topology = load(topology)
        self.name = f"{host}-{topology}"
        self.directory = guest_dir(host, topology)
        self.share = self.directory / "share"
        self.used = self.directory / "used"      # a scenario has run since the boot
        self.dirty = self.directory / "dirty"    # and left something behind: why, as text

    def process(self):
        """A handle on the running QEMU, or None. The start time tells it from a later process of the same number."""
        try:
            record = json.loads((self.directory / "qemu.json").read_text())
            handle = os.pidfd_open(record["pid"])
        except (OSError, ValueError):
            return None
        if start_time(record["pid"]) == record["start"] and not ended(handle, 0):
            return handle
        os.close(handle)
        return None

    def is_up(self):
        handle = self.process()
        if handle is not None:
            os.close(handle)
        return handle is not None

    def boot(self):
        """Boots, and once more if the emulator was to blame."""
        try:
            self.boot_once()
        except LabError:
            if not self.emulator_failed():
                raise
            say(f"{self.name}: the emulator failed; booting once more")
            self.boot_once()

    def emulator_failed(self):
        """Whether the kernel died of a trap in code that it was just patching: TCG with several threads (seen with QEMU
        7.2 and Linux 6.12) now and then runs the int3 that stands there in between on another processor."""
        serial = self.directory / "serial.log"
        return serial.exists() and b"Oops: int3: 0000" in serial.read_bytes()

    def boot_once(self):
        """Starts QEMU and waits until the guest has booted completely."""
        made, disk, initrd = image.ensure(self.host), self.disk(), self.initrd()
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        self.share.mkdir(parents=True)
        self.refresh()
        (self.directory / "initrd").write_bytes(initrd)
        with stage(f"{self.name}: booting"):
            self.start(made, disk)
            self.wait_until_booted()

    def initrd(self):
        """The image's initrd with the product, the stand-in modules and the agent of now appended."""
        initrd = image.ensure(self.host).initrd.read_bytes()
        return initrd + b"\0" * (-len(initrd) % 4) + overlay.archive(self.overlay(product.build(self.host)))

    def disk(self):
        """What the guest's disk is a snapshot of: the base image's, or a desktop image's."""
        name = self.topology.image
        return desktop.disk(self.host, name) if name else image.ensure(self.host).disk

    def is_outdated(self):
        """The product, or the image, is no longer the one the guest was booted with."""
        initrd, command = self.directory / "initrd", self.directory / "command"
        return (not initrd.exists() or initrd.read_bytes() != self.initrd()
                or f"file={self.disk()}," not in command.read_text())

    def overlay(self, built):
        entries = {}
        overlay.put_tree(entries, built / "stage")
        overlay.put_link(entries, "etc/libvirt/hooks/qemu", "/usr/sbin/gpu-handoff-hook")
        overlay.put_directory(entries, "etc/gpu-handoff/domains")
        if self.topology.modules and (built / "modules").is_dir():
            overlay.put_tree(entries, built / "modules")
        for name in ("agent", "ask"):
            overlay.put_file(entries, f"{AGENT}/{name}", (LAB / "guest" / name).read_bytes(), 0o755)
        unit = "etc/systemd/system/lab-agent.service"
        overlay.put_file(entries, unit, (LAB / "guest/lab-agent.service").read_bytes())
        overlay.put_link(entries, "etc/systemd/system/multi-user.target.wants/lab-agent.service", f"/{unit}")
        overlay.put_file(entries, f"{AGENT}/guest.img", product.guest_disk(built))
        return entries

    def start(self, made, disk):
        command = self.command(made, disk)
        (self.directory / "command").write_text(" ".join(command) + "\n")
        with open(self.directory / "qemu.log", "wb") as log:
            started = subprocess.Popen(command, cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True)
        record = {"pid": started.pid, "start": start_time(started.pid)}
        (self.directory / "qemu.json").write_text(json.dumps(record))

    def command(self, made, disk):
        kvm = os.environ.get("LAB_ACCEL") == "kvm"
        # A kvm inside would only cost time. Its modules are kept out, because -cpu max,svm=off makes a guest in
        # which mounts and udevd fail.
        # no_timer_check: on a busy machine the kernel misses the ticks by which it tests its timer, and panics.
        # norandmaps: TCG keeps its translations by address, and would make them anew for every process.
        # tsc: else the kernel takes the HPET, whose every reading leaves the translated code.
        append = ("root=/dev/vda rw console=ttyS0 panic=-1 no_timer_check norandmaps clocksource=tsc tsc=reliable "
                  "modprobe.blacklist=kvm_amd,kvm_intel "
                  + self.topology.kernel_arguments())
        return ["qemu-system-x86_64", "-name", self.name, "-M", "q35,kernel-irqchip=split,sata=off",
                "-accel", "kvm" if kvm else "tcg,thread=multi", "-cpu", "host" if kvm else "max",
                "-smp", "2", "-m", "3G", "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                "-kernel", str(made.kernel), "-initrd", str(self.directory / "initrd"), "-append", append,
                *self.topology.qemu_arguments()[:2 if self.topology.iommu else 0],
                "-drive", f"file={disk},if=none,id=d0,format=raw,snapshot=on",
                "-device", "virtio-blk-pci,drive=d0,bus=pcie.0,addr=2",
                "-fsdev", f"local,id=fs0,path={self.share},security_model=none",
                "-device", "virtio-9p-pci,fsdev=fs0,mount_tag=lab,bus=pcie.0,addr=3",
                "-device", "virtio-serial-pci,id=vs0,bus=pcie.0,addr=4",
                "-chardev", "socket,id=agent,path=agent,server=on,wait=off",
                "-device", "virtserialport,bus=vs0.0,chardev=agent,name=lab",
                "-chardev", "file,id=serial,path=serial.log", "-serial", "chardev:serial",
                "-qmp", "unix:qmp,server=on,wait=off",
                *self.topology.qemu_arguments()[2 if self.topology.iommu else 0:]]

    def wait_until_booted(self):
        """Waits for the agent's socket, the agent's answer, and systemd's and udev's word that all is done."""
        until = time.monotonic() + BOOT_DEADLINE
        try:
            with self.first_agent(until) as agent:
                text = []
                check = "systemctl is-system-running --wait; udevadm settle"
                agent.run(["sh", "-c", check], max(until - time.monotonic(), 1), text.append)
        except GuestLost as lost:
            raise LabError(f"{self.name}: did not boot: {lost}; its console is "
                           f"{self.directory / 'serial.log'}") from None
        if state := "".join(text).strip():
            (self.directory / "systemd-state").write_text(state + "\n")
            if state != "running":
                say(f"{self.name}: systemd says it is {state}")

    def first_agent(self, until):
        """A conversation with a guest that is just booting; QEMU makes the socket before it listens on it."""
        while True:
            try:
                return Agent(self.directory, max(until - time.monotonic(), 1))
            except NoConnection:
                if not self.is_up() or time.monotonic() > until:
                    output = (self.directory / "qemu.log").read_text().strip()
                    raise LabError(f"{self.name}: QEMU ended at once: {output}") from None
                time.sleep(0.05)

    def refresh(self):
        """Gives the guest the scenarios and their library as they are now."""
        for part in ("guest", "scenarios"):
            shutil.copytree(LAB / part, self.share / part, dirs_exist_ok=True)

    def stop(self):
        """Ends QEMU: nothing in the guest is worth a shutdown, its disk is a snapshot."""
        handle = self.process()
        if handle is None:
            return
        try:
            with Monitor(self.directory) as monitor:
                monitor.execute("quit", 5)
        except (Closed, Late, LabError):
            pass
        if not ended(handle, 10):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            ended(handle, 10)
        os.close(handle)

    def monitor(self):
        return Monitor(self.directory)

    def agent(self):
        return Agent(self.directory)


def start_time(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[19])
    except (OSError, IndexError):
        return None


def ended(handle, seconds):
    return bool(select.select([handle], [], [], seconds)[0])
