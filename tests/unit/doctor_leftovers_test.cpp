// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/patient.hpp"

using namespace patient;

TEST_CASE("leftovers of older setups are named with file and line", "[doctor]") {
    const auto modprobe = [](const std::string& line, const std::string& more = "") {
        return said("leftovers", two_cards + "/etc/modprobe.d/x.conf:\n  2: " + line + "\n" + more);
    };
    const std::string line = GENERATE(
        "options vfio-pci ids=10de:2484", "options vfio_pci disable_vga=1", "blacklist nvidia",
        "blacklist nouveau", "install nvidia /bin/false", "softdep nvidia pre: vfio-pci",
        "options kvm ignore_msrs=1", "options vfio_iommu_type1 allow_unsafe_interrupts=1",
        "alias pci:v000010DEd00002484sv*sd*bc*sc*i* vfio-pci", "blacklist snd_hda_intel",
        "install vfio-pci /sbin/vfio-pci-override.sh", "blacklist i915");
    const std::vector<std::string> findings = modprobe(line);
    CHECK_THAT(findings.at(1), contains("warning: /etc/modprobe.d/x.conf:2: \"" + line + "\" "));
    CHECK_THAT(findings.at(1), contains(" | remove the line, run\ndracut"));
}

TEST_CASE("what a host needs is no leftover", "[doctor]") {
    const std::string line =
        GENERATE("# options vfio-pci ids=10de:2484", "options vfio-pci disable_idle_d3=1",
                 "blacklist amdgpu", "blacklist pcspkr", "blacklist nvidiafb",
                 "options nvidia_drm modeset=1", "softdep nvidia post: nvidia-uvm",
                 "options kvm_intel nested=1", "install usb-storage /bin/false");
    const std::vector<std::string> findings =
        said("leftovers", two_cards + "/etc/modprobe.d/x.conf:\n  2: " + line + "\n");
    CHECK(findings.at(1) == "ok: none in /etc/modprobe.d");
    // nouveau makes way for nvidia, and i915 for xe.
    CHECK(said("leftovers", two_cards + "/etc/modprobe.d/x.conf: blacklist nouveau\n"
                                        "/sys/module/nvidia/version: 550.1\n")
              .at(1) == "ok: none in /etc/modprobe.d");
    CHECK(said("leftovers",
               two_cards + "/etc/modprobe.d/x.conf: blacklist i915\n/sys/module/xe/version\n")
              .at(1) == "ok: none in /etc/modprobe.d");
}

TEST_CASE("leftovers in the kernel's command line, the initramfs and driverctl", "[doctor]") {
    const std::string parameter =
        GENERATE("vfio-pci.ids=10de:2484", "vfio_pci.ids=10de:2484", "rd.driver.pre=vfio-pci",
                 "kvm.ignore_msrs=1", "nomodeset", "video=efifb:off", "video=simplefb:off",
                 "initcall_blacklist=sysfb_init", "modprobe.blacklist=pcspkr,nvidia");
    const std::string found =
        said("leftovers", two_cards + "/proc/cmdline: quiet " + parameter + " splash\n").at(0);
    CHECK_THAT(found, contains("warning: the kernel's command line: " + parameter + " "));
    CHECK_THAT(found, contains(" | remove " + parameter));
    const std::string file =
        GENERATE("/etc/initramfs-tools/modules", "/etc/modules", "/etc/mkinitcpio.conf",
                 "/etc/dracut.conf.d/vfio.conf", "/etc/modules-load.d/vfio.conf");
    CHECK_THAT(said("leftovers", file + ":\n  7: MODULES=(vfio_pci)\n").at(2),
               contains("warning: " + file + ":7: \"MODULES=(vfio_pci)\""));
    CHECK(said("leftovers", file + ":\n  7: # vfio_pci\n").at(2) == "ok: none in the initramfs");
    CHECK_THAT(said("leftovers", one_card + "/etc/driverctl.d/pci-0000:01:00.1: vfio-pci\n").at(3),
               contains("run\ndriverctl unset-override 0000:01:00.1"));
}

TEST_CASE("scripts that libvirt runs beside the hook", "[doctor]") {
    const std::string script = "/etc/libvirt/hooks/qemu.d/10-x";
    const auto of = [&](const std::string& text, const std::string& mode) {
        return said("leftovers",
                    script + ":\n  3: " + text + "\n" + script + " @ " + mode + " root 1\n")
            .at(3);
    };
    CHECK(of("virsh nodedev-detach pci_0", "0100755") ==
          "failure: " + script +
              ":3: libvirt runs this beside gpu-handoff, and it asks libvirt, "
              "which waits for it | run\nchmod -x " +
              script);
    CHECK_THAT(of("  modprobe -r nvidia", "0100755"), contains("warning: " + script + ":3: "));
    CHECK(of("cpupower frequency-set -g performance", "0100755") == "ok: no old hook scripts");
    CHECK(of("# virsh", "0100755") == "ok: no old hook scripts");
    CHECK(of("virsh start x", "0100644") == "ok: no old hook scripts");
}
