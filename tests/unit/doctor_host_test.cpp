// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/doctor/boot_loader.hpp"
#include "tests/unit/patient.hpp"

using namespace handoff;
using namespace handoff::doctor;
using namespace patient;

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
                                               "gone | if the kernel was updated, restart"));
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
    CHECK_THAT(only("confinement", enforcing + "=virtqemud.service: active 1\n"),
               contains("semanage permissive -a virtqemud_t"));
    CHECK_THAT(
        only("confinement", enforcing + "/sys/fs/selinux/booleans/virt_hooks_unconfined: 0 0\n"),
        contains("setsebool -P virt_hooks_unconfined on"));
}
