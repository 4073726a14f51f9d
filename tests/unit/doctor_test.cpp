// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor.hpp"

#include "hook/doctor_report.hpp"
#include "libhandoff/doctor/boot_loader.hpp"
#include "libhandoff/recording.hpp"
#include "tests/unit/catch.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

using namespace handoff;
using namespace handoff::doctor;

namespace {

/// What one check says: "failure: what it saw | what to do".
std::vector<std::string> said(const std::string& check, const std::string& machine,
                              const std::optional<std::string>& domain = std::nullopt) {
    std::vector<std::string> lines;
    for (const Finding& finding : examine(read_recording(machine), domain))
        if (finding.check == check)
            lines.push_back(std::string(name_of(finding.verdict)) + ": " + finding.seen +
                            (finding.remedy.empty() ? "" : " | " + finding.remedy));
    return lines;
}

std::string only(const std::string& check, const std::string& machine,
                 const std::optional<std::string>& domain = std::nullopt) {
    const std::vector<std::string> lines = said(check, machine, domain);
    REQUIRE(lines.size() == 1);
    return lines.front();
}

std::string function(const std::string& address, const std::string& device_class,
                     const std::string& vendor, const std::string& device,
                     const std::string& driver, const std::string& more = "") {
    const std::string directory = "/sys/bus/pci/devices/" + address;
    std::string text = directory + "/class: 0x" + device_class + "\n" + directory + "/vendor: 0x" +
                       vendor + "\n" + directory + "/device: 0x" + device + "\n";
    if (!driver.empty())
        text += directory + "/driver -> ../drivers/" + driver + "\n";
    std::istringstream lines(more);
    for (std::string line; std::getline(lines, line);)
        text += directory + "/" + line + "\n";
    return text;
}

std::string gpu(const std::string& address, const std::string& vendor, const std::string& device,
                const std::string& driver, const std::string& more = "") {
    return function(address, "030000", vendor, device, driver, more);
}

const std::string two_cards = gpu("0000:00:02.0", "8086", "4680", "i915", "boot_vga: 1") +
                              gpu("0000:01:00.0", "10de", "2484", "nvidia", "boot_vga: 0") +
                              function("0000:01:00.1", "040300", "10de", "228b", "snd_hda_intel");
const std::string one_card = gpu("0000:01:00.0", "10de", "2484", "nvidia", "boot_vga: 1") +
                             function("0000:01:00.1", "040300", "10de", "228b", "snd_hda_intel");

std::string hostdev(const std::string& function, const std::string& more = "") {
    return "<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0x0000' "
           "bus='0x01' slot='0x00' function='0x" +
           function + "'/></source>" + more + "</hostdev>";
}

std::string domain(const std::string& devices, const std::string& more = "",
                   const std::string& name = "win11") {
    return "<domain type='kvm'><name>" + name +
           "</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>"
           "<memory unit='GiB'>8</memory><os firmware='efi'><type machine='pc-q35-9.0'>hvm</type>"
           "</os>" +
           more + "<devices>" + devices + "</devices></domain>";
}

const std::string whole_card = hostdev("0") + hostdev("1");

} // namespace

TEST_CASE("virtualisation and NX are the processor's, if the firmware lets it", "[doctor]") {
    CHECK(only("virtualisation",
               "/proc/cpuinfo:\n  2: vendor_id : GenuineIntel\n  3: flags : nx\n") ==
          "failure: the processor offers none | turn on Intel Virtualization Technology (VT-x) in "
          "the firmware's setup");
    CHECK(
        only("virtualisation", "/proc/cpuinfo:\n  2: vendor_id : AuthenticAMD\n  3: flags : x\n") ==
        "failure: the processor offers none | turn on SVM Mode (AMD-V) in the firmware's setup");
    CHECK(only("virtualisation", "/proc/cpuinfo:\n  3: flags : nx svm\n/dev/kvm\n") == "ok: AMD-V");
    CHECK(only("virtualisation", "/proc/cpuinfo:\n  3: flags : vmx\n") ==
          "warning: VT-x, but there is no /dev/kvm | run\nmodprobe kvm_intel");
    CHECK(only("NX", "/proc/cpuinfo:\n  3: flags : vmx nx\n") == "ok: on");
    CHECK_THAT(only("NX", "/proc/cpuinfo:\n  3: flags : vmx nxx\n"), contains("failure: "));
}

TEST_CASE("the IOMMU is off in the firmware, in the kernel, or by a parameter", "[doctor]") {
    const std::string dmar = "/sys/firmware/acpi/tables/DMAR\n";
    CHECK_THAT(only("IOMMU in the firmware", ""), contains("failure: the firmware offers none"));
    CHECK(said("IOMMU in the kernel", "").empty());
    CHECK(only("IOMMU in the firmware", dmar) == "ok: VT-d (ACPI table DMAR)");
    CHECK(only("IOMMU in the kernel", dmar + "/etc/default/grub\n/usr/sbin/update-grub\n") ==
          "failure: off | add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, "
          "then run\nupdate-grub\nand restart the computer");
    CHECK_THAT(only("IOMMU in the kernel", dmar + "/proc/cmdline: quiet intel_iommu=off\n"),
               contains("failure: turned off by intel_iommu=off | remove intel_iommu=off"));
    CHECK_THAT(only("IOMMU in the kernel", "/sys/firmware/acpi/tables/IVRS\n"),
               contains("journalctl -k -g AMD-Vi"));
    CHECK(only("IOMMU in the kernel", dmar + "/sys/class/iommu/dmar0\n") == "ok: on");
    CHECK_THAT(only("IOMMU in the kernel", dmar + "/sys/class/iommu/dmar0\n" + one_card),
               contains("no graphics card is in a group"));
}

TEST_CASE("interrupt remapping is seen in the interrupts", "[doctor]") {
    const std::string on = "/sys/class/iommu/dmar0\n";
    CHECK(said("interrupt remapping", "").empty());
    CHECK(only("interrupt remapping", on + "/proc/interrupts:\n  9: 1: 0 IR-PCI-MSI xhci\n") ==
          "ok: on");
    CHECK_THAT(only("interrupt remapping", on), contains("x2APIC"));
    CHECK_THAT(only("interrupt remapping", on + "/proc/cmdline: nointremap\n"),
               contains("remove nointremap"));
}

TEST_CASE("vfio-pci is looked for among the running kernel's modules", "[doctor]") {
    const std::string release = "/proc/sys/kernel/osrelease: 6.1\n";
    CHECK(only("vfio", "/sys/bus/pci/drivers/vfio-pci\n") == "ok: vfio-pci is loaded");
    CHECK_THAT(only("vfio", release), contains("failure: the modules of the running kernel 6.1 are "
                                               "gone | the kernel was updated"));
    CHECK_THAT(only("vfio", release + "/usr/lib/modules/6.1/modules.dep\n"),
               contains("failure: the kernel 6.1 has no vfio-pci"));
    CHECK(only("vfio", release + "/usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci.ko.xz\n") ==
          "ok: vfio-pci is there");
}

TEST_CASE("a kernel parameter is changed in the way of each boot loader", "[doctor]") {
    const std::string info =
        "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f: ";
    const std::string grub = "/etc/default/grub:\n  6: GRUB_CMDLINE_LINUX=\"a=b\"\n";
    struct Case {
        std::string machine;
        std::string add;
        std::string remove;
    };
    const Case each = GENERATE_COPY(
        Case{grub + "/usr/sbin/grub2-mkconfig\n", "grub2-mkconfig -o /boot/grub2/grub.cfg",
             "from /etc/default/grub:6, then run\ngrub2-mkconfig"},
        Case{grub, "grub-mkconfig -o /boot/grub/grub.cfg", "from /etc/default/grub:6"},
        Case{grub + "/usr/sbin/grubby\n", "grubby --update-kernel=ALL --args=a=b",
             "grubby --update-kernel=ALL --remove-args=a=b"},
        Case{grub + info + "systemd-boot 256\n/etc/kernel/cmdline: a=b\n",
             "/etc/kernel/cmdline, then run\nkernel-install add-all", "/etc/kernel/cmdline:1"},
        Case{info + "systemd-boot 256\n/etc/kernel/cmdline\n/etc/mkinitcpio.conf\n",
             "mkinitcpio -P", "from /etc/kernel/cmdline, then run\nmkinitcpio -P"},
        Case{info + "systemd-boot 256\n/boot/loader/entries/x.conf:\n  4: options a=b\n",
             "bootctl list", "from /boot/loader/entries/x.conf:4"},
        Case{info + "systemd-boot 256\n/boot/loader/entries !\n", "bootctl list",
             "in your boot loader's settings"},
        Case{grub + "/usr/bin/kernelstub\n", "kernelstub --add-options \"a=b\"",
             "kernelstub --delete-options \"a=b\""},
        Case{grub + "/run/ostree-booted\n/usr/bin/rpm-ostree\n",
             "rpm-ostree kargs --append-if-missing=a=b",
             "rpm-ostree kargs --delete-if-present=a=b"},
        Case{info + "Limine 9\n/etc/default/limine\n", "limine-update", "limine-update"},
        Case{"/boot/limine.conf:\n  9: cmdline: a=b\n", "cmdline: lines of limine.conf",
             "from /boot/limine.conf:9"},
        Case{"", "in your boot loader's settings", "in your boot loader's settings"});
    const Evidence evidence = read_recording(each.machine);
    CHECK_THAT(how_to_add(evidence, "a=b"), contains(each.add));
    CHECK_THAT(how_to_remove(evidence, "a=b"), contains(each.remove));
}

TEST_CASE("what else is in a card's group is named", "[doctor]") {
    const std::string group = "iommu_group -> ../7";
    const std::string card = gpu("0000:01:00.0", "10de", "2484", "nouveau", group) +
                             function("0000:00:01.0", "060400", "8086", "1901", "pcieport", group);
    CHECK(only("IOMMU group", card) == "ok: 0000:01:00.0 (NVIDIA 10de:2484) has group 7 to itself");
    const std::string nic = function("0000:02:00.0", "020000", "8086", "15f3", "igc", group);
    CHECK_THAT(only("IOMMU group", card + nic),
               contains("warning: 0000:01:00.0 (NVIDIA 10de:2484) shares IOMMU group 7 with "
                        "0000:02:00.0 (igc) | "));
    const std::string refused = only("IOMMU group", card + nic, domain(hostdev("0")));
    CHECK_THAT(refused, contains("failure: "));
    CHECK_THAT(refused, contains("win11.toml\ndevices = [\"0000:01:00.0\", \"0000:02:00.0\"]"));
    CHECK_THAT(only("IOMMU group",
                    card + nic +
                        "/etc/gpu-handoff/domains/win11.toml: devices = "
                        "[\"0000:01:00.0\", \"0000:02:00.0\"]\n",
                    domain(hostdev("0"))),
               contains("ok: "));
    const std::string unused = function("0000:02:00.0", "020000", "8086", "15f3", "", group);
    CHECK_THAT(only("IOMMU group", card + unused), contains("ok: "));
}

TEST_CASE("the card that the firmware starts on should be the host's", "[doctor]") {
    CHECK(only("primary card", two_cards) ==
          "ok: the firmware starts on 0000:00:02.0 (Intel 8086:4680)");
    const std::string wrong = gpu("0000:00:02.0", "8086", "4680", "i915", "boot_vga: 0") +
                              gpu("0000:01:00.0", "10de", "2484", "nvidia", "boot_vga: 1");
    CHECK_THAT(only("primary card", wrong), contains("warning: the firmware starts on "
                                                     "0000:01:00.0 (NVIDIA 10de:2484)"));
    CHECK_THAT(only("primary card", wrong), contains("Primary Display"));
    CHECK_THAT(only("primary card", wrong + "/sys/class/dmi/id/chassis_type: 10\n"),
               contains("MUX"));
    CHECK(said("primary card", one_card).empty());
    CHECK_THAT(only("cards", one_card), contains("the only one"));
    CHECK_THAT(only("cards", ""), contains("failure: there is none"));
}

TEST_CASE("a ROM that the firmware has left in memory needs a file", "[doctor]") {
    const std::string shadow = "/sys/bus/pci/devices/0000:01:00.0/resource:\n"
                               "  7: 0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n";
    CHECK(said("ROM", one_card).empty());
    CHECK_THAT(only("ROM", one_card + shadow), contains("warning: "));
    CHECK_THAT(only("ROM", one_card + shadow, domain(whole_card)), contains("<rom file="));
    const std::string with_file = domain(hostdev("0", "<rom file='/var/card.rom'/>"));
    CHECK(only("ROM", one_card + shadow + "/var/card.rom\n", with_file) == "ok: a file");
    CHECK_THAT(only("ROM", one_card + shadow, with_file),
               contains("failure: /var/card.rom, which the domain names, is not there"));
    CHECK(said("ROM", one_card + shadow, domain(hostdev("0", "<rom bar='off'/>"))).empty());
}

TEST_CASE("facts of drivers and cards", "[doctor]") {
    const std::string second = gpu("0000:02:00.0", "10de", "2484", "nvidia", "boot_vga: 0");
    const auto version = [](const std::string& text) {
        return "/sys/module/nvidia/version: " + text + "\n";
    };
    const std::string modeset = "/sys/module/nvidia_drm/parameters/modeset: Y\n";
    CHECK(only("NVIDIA's driver", one_card + version("470.1") + modeset) == "ok: 470.1");
    CHECK_THAT(only("NVIDIA's driver", one_card + second + version("580.95.05") + modeset),
               contains("failure: 580.95.05 cannot let go"));
    CHECK(only("NVIDIA's driver", one_card + second + version("580.95.05")) == "ok: 580.95.05");
    CHECK(only("NVIDIA's driver", one_card + second + version("580.105.08") + modeset) ==
          "ok: 580.105.08");

    const auto amd_card = [](const std::string& device, const std::string& more = "") {
        return gpu("0000:01:00.0", "1002", device, "amdgpu", more);
    };
    CHECK(said("reset", amd_card("73bf")).empty());
    CHECK_THAT(only("reset", amd_card("731f")), contains("Navi 10: comes back from a guest only"));
    CHECK_THAT(only("reset", amd_card("7550")), contains("RDNA 4"));
    const std::string module = "/sys/module/vendor_reset\n";
    CHECK_THAT(only("reset", amd_card("67df", "reset_method: bus") + module),
               contains("echo device_specific > "));
    CHECK_THAT(only("reset", amd_card("67df", "reset_method: device_specific") + module),
               contains("ok: "));

    const std::string window = "/sys/bus/pci/devices/0000:01:00.0/resource:\n"
                               "  3: 0x0000006000000000 0x000000600fffffff 0x000000000014220c\n"
                               "  7: 0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n";
    CHECK_THAT(only("memory window", gpu("0000:01:00.0", "8086", "56a0", "xe") + window),
               contains("warning: 0000:01:00.0 (Intel 8086:56a0): 256 MiB"));
    CHECK_THAT(only("memory window", amd_card("73bf") + window), contains("ok: "));

    CHECK(said("power", amd_card("73bf", "power_state: D0")).empty());
    CHECK_THAT(only("power", amd_card("73bf", "power_state: D3cold")), contains("ok: "));
    CHECK_THAT(only("power", gpu("0000:01:00.0", "10de", "2484", "", "power_state: D3cold")),
               contains("run\necho 0 > /sys/bus/pci/devices/0000:01:00.0/d3cold_allowed"));

    CHECK_THAT(only("driver", gpu("0000:01:00.0", "10de", "2484", "vfio-pci")),
               contains("warning: 0000:01:00.0 (NVIDIA 10de:2484) is on vfio-pci though"));
    CHECK_THAT(only("driver", gpu("0000:01:00.0", "10de", "2484", "vfio-pci") +
                                  "/run/gpu-handoff/c7a5.journal\n"),
               contains("ok: "));
    CHECK_THAT(only("driver", gpu("0000:01:00.0", "10de", "2484", "")), contains("no driver"));
}

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

TEST_CASE("libvirt's daemon and the hook", "[doctor]") {
    const std::string running = "=libvirtd.service: active 2000\n";
    const std::string programs = "/usr/sbin/gpu-handoff-hook @ 0100755 root 1\n"
                                 "/usr/libexec/gpu-handoff/engine @ 0100755 root 1\n";
    const std::string link = "/etc/libvirt/hooks/qemu -> /usr/sbin/gpu-handoff-hook\n"
                             "/etc/libvirt/hooks/qemu @ 0120777 root 1000\n";
    CHECK(only("libvirt", running + "=libvirt: ok\n") == "ok: libvirtd");
    CHECK(only("libvirt", "=libvirtd.service: inactive 0\n=virtqemud.socket: active 5\n") ==
          "ok: virtqemud");
    CHECK(only("libvirt", "=libvirtd.service: inactive 0\n"
                          "/usr/lib/systemd/system/virtqemud.socket\n") ==
          "failure: neither libvirtd nor virtqemud runs | run\nsystemctl enable --now "
          "virtqemud.socket virtqemud-ro.socket");
    CHECK(only("libvirt", running + "=libvirt: libvirt: no polkit; do this\n") ==
          "failure: no polkit | do this");

    CHECK_THAT(only("hook", ""), contains("failure: /usr/sbin/gpu-handoff-hook is not there | run, "
                                          "in a clone of gpu-handoff,\ninstall/install"));
    CHECK(only("hook", running + programs) ==
          "failure: /etc/libvirt/hooks/qemu is not there: libvirt does not call gpu-handoff | "
          "run\nln -s /usr/sbin/gpu-handoff-hook /etc/libvirt/hooks/qemu\nsystemctl reload "
          "libvirtd");
    CHECK_THAT(only("hook", programs + "/etc/libvirt/hooks/qemu @ 0100755 root 1\n"),
               contains("failure: /etc/libvirt/hooks/qemu is another project's"));
    CHECK(only("hook", programs + link) == "ok: installed");
    CHECK_THAT(only("hook", link + "/usr/sbin/gpu-handoff-hook @ 0100644 root 1\n"),
               contains("run\nchmod 755 /usr/sbin/gpu-handoff-hook"));

    CHECK_THAT(only("hook seen", running + programs + link), contains("ok: "));
    CHECK(only("hook seen", "=libvirtd.service: active 999\n" + programs + link) ==
          "failure: libvirtd started before the hook was there | run\nsystemctl reload libvirtd");
    CHECK(said("hook seen", "=libvirtd.service: inactive 999\n" + programs + link).empty());

    CHECK(only("confinement", "") == "ok: none");
    CHECK_THAT(only("confinement", "/sys/module/apparmor/parameters/enabled: Y\n"),
               contains("ok: AppArmor"));
    const std::string enforcing = "/sys/fs/selinux/enforce: 1\n";
    CHECK(only("confinement", enforcing) == "ok: SELinux");
    CHECK_THAT(
        only("confinement", enforcing + "/sys/fs/selinux/booleans/virt_hooks_unconfined: 0 0\n"),
        contains("setsebool -P virt_hooks_unconfined on"));
}

TEST_CASE("the domain has a file, and it parses", "[doctor]") {
    const std::string file = "/etc/gpu-handoff/domains/win11.toml";
    const std::string xml = domain(whole_card);
    CHECK(only("domain's file", "", xml) ==
          "failure: it has none, so gpu-handoff leaves the domain alone | run\ngpu-handoff setup "
          "win11\nor, if the card is in it already,\ntouch /etc/gpu-handoff/domains/win11.toml");
    CHECK_THAT(only("domain's file", "", domain(whole_card, "", "my win")),
               contains("gpu-handoff setup 'my win'"));
    CHECK(only("domain's file", file + ":\n", xml) == "ok: " + file);
    CHECK_THAT(only("domain's file", file + ":\n  3: nonsense = 1\n", xml),
               contains("failure: " + file + ":3: nonsense"));
    CHECK_THAT(only("domain's file", file + ":\n" + file + " @ 0100666 root 1\n", xml),
               contains("written by others"));
    CHECK_THAT(only("domain's file", file + ":\n" + file + " @ 0100644 other 1\n", xml),
               contains("written by others"));
    CHECK(said("domain's file", file + ":\n").empty());
}

TEST_CASE("the domain has the card with all its functions", "[doctor]") {
    CHECK_THAT(only("domain's card", two_cards, domain(whole_card)), contains("ok: "));
    CHECK_THAT(only("domain's card", two_cards, domain(hostdev("0"))),
               contains("failure: 0000:01:00.0 (NVIDIA 10de:2484) without its 0000:01:00.1"));
    CHECK_THAT(only("domain's card", two_cards, domain("")),
               contains("failure: the domain has no graphics card | run\ngpu-handoff setup win11"));
    CHECK_THAT(said("domain's card", two_cards, domain(whole_card + hostdev("2"))).at(0),
               contains("failure: 0000:01:00.2: there is no such PCI device"));
    CHECK(said("managed", two_cards, domain(whole_card)).empty());
    std::string unmanaged = domain(hostdev("0"));
    unmanaged.replace(unmanaged.find("'yes'"), 5, "'no'");
    CHECK_THAT(only("managed", two_cards, unmanaged), contains("warning: 0000:01:00.0"));
}

TEST_CASE("the domain's machine, hypervisor and memory", "[doctor]") {
    CHECK(only("machine", two_cards, domain(whole_card)) == "ok: Q35 with UEFI");
    const std::string old =
        "<domain><name>a</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>"
        "<os><type machine='pc-i440fx-9.0'>hvm</type></os></domain>";
    CHECK(said("machine", two_cards, old).size() == 2);

    CHECK_THAT(only("hypervisor", two_cards, domain(whole_card)), contains("ok: not hidden"));
    CHECK(only("hypervisor", two_cards,
               domain(whole_card, "<features><hyperv><vendor_id state='on' value='x'/></hyperv>"
                                  "<kvm><hidden state='on'/></kvm></features>")) ==
          "ok: hidden from the guest's driver");
    const std::string fermi = gpu("0000:01:00.0", "10de", "06c0", "nouveau");
    CHECK_THAT(only("hypervisor", fermi, domain(hostdev("0"))), contains("warning: "));

    const auto memory = [](const std::string& total, const std::string& available) {
        return "/proc/meminfo:\n  1: MemTotal: " + total + " kB\n  3: MemAvailable: " + available +
               " kB\n";
    };
    CHECK(only("memory", memory("16777216", "12000000"), domain("")) ==
          "ok: 8192 MiB of 16384 MiB");
    CHECK_THAT(only("memory", memory("16777216", "4000000"), domain("")), contains("warning: "));
    CHECK_THAT(only("memory", memory("8000000", "4000000"), domain("")),
               contains("failure: 8192 MiB of 7812 MiB: more than there is"));
    const std::string huge = "<memoryBacking><hugepages/></memoryBacking>";
    const std::string pages = "/proc/meminfo:\n  1: MemTotal: 16777216 kB\n  9: Hugepagesize: 2048 "
                              "kB\n/sys/kernel/mm/hugepages/hugepages-2048kB/";
    CHECK_THAT(only("memory", pages + "free_hugepages: 4096\n", domain("", huge)),
               contains("ok: 4096 huge pages"));
    CHECK_THAT(only("memory",
                    pages + "free_hugepages: 10\n" + pages.substr(pages.find("/sys")) +
                        "nr_hugepages: 20\n",
                    domain("", huge)),
               contains("run\necho 4106 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"));
}

TEST_CASE("the guest's screen, keyboard, mouse and sound", "[doctor]") {
    const std::string viewer = "<graphics type='spice'/><video><model type='qxl'/></video>";
    CHECK_THAT(only("video", two_cards, domain(whole_card + viewer)), contains("(qxl)"));
    CHECK(only("video", two_cards, domain(whole_card + "<video><model type='none'/></video>")) ==
          "ok: the card is the guest's only one");

    const auto keys = [](const std::string& machine, const std::string& devices) {
        return only("keyboard and mouse", machine, domain(whole_card + devices));
    };
    CHECK_THAT(keys(two_cards, viewer), contains("ok: through the viewer"));
    CHECK_THAT(keys(two_cards, ""), contains("warning: no keyboard"));
    CHECK_THAT(keys(one_card, viewer), contains("warning: nobody can type"));
    CHECK(keys(one_card, "<hostdev mode='subsystem' type='usb'/>") == "ok: USB of the host");
    const std::string evdev = "<input type='evdev'><source dev='/dev/input/by-id/k'/></input>";
    CHECK_THAT(keys(one_card + "/dev/input/by-id/k\n", evdev), contains("ok: input devices"));
    CHECK_THAT(keys(one_card, evdev), contains("failure: /dev/input/by-id/k"));
    const std::string of_card = function("0000:01:00.2", "0c0330", "10de", "1ada", "xhci_hcd");
    CHECK_THAT(keys(one_card + of_card, hostdev("2")), contains("warning: nobody can type"));

    const auto sound = [](const std::string& machine, const std::string& kind) {
        return only(
            "sound", machine,
            domain(whole_card + "<sound model='ich9'/><audio id='1' type='" + kind + "'/>"));
    };
    CHECK(sound(two_cards, "pulseaudio") == "ok: pulseaudio");
    CHECK_THAT(sound(one_card, "pulseaudio"), contains("loginctl enable-linger USER"));
    CHECK_THAT(sound(one_card, "spice"), contains("warning: "));
    CHECK(sound(one_card, "alsa") == "ok: alsa");
    CHECK(said("sound", one_card, domain(whole_card)).empty());
}

TEST_CASE("the findings fit a narrow terminal, and are counted", "[doctor]") {
    const std::vector<Finding> findings{
        {"IOMMU", Verdict::ok, "on", ""},
        {"hook", Verdict::failure, "it is not where libvirt looks for it, and so it is not called",
         "run\nln -s /usr/sbin/gpu-handoff-hook /etc/libvirt/hooks/qemu"},
        {"ROM", Verdict::warning, "a copy", "a file"}};
    CHECK(doctor_report(findings, 40) == "ok       IOMMU: on\n"
                                         "failure  hook: it is not where libvirt\n"
                                         "         looks for it, and so it is not\n"
                                         "         called\n"
                                         "         run\n"
                                         "         ln -s\n"
                                         "         /usr/sbin/gpu-handoff-hook\n"
                                         "         /etc/libvirt/hooks/qemu\n"
                                         "warning  ROM: a copy\n"
                                         "         a file\n"
                                         "1 failure, 1 warning\n");
    const auto json = doctor_json(findings);
    CHECK(json["failures"] == 1);
    CHECK(json["warnings"] == 1);
    CHECK(json["unknown"] == 0);
    CHECK(json["checks"][1]["verdict"] == "failure");
    CHECK(json["checks"][1]["remedy"] == findings[1].remedy);
    CHECK(doctor_report({findings[0]}, 80) == "ok       IOMMU: on\nall well\n");
}
