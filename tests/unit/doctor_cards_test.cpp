// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/patient.hpp"

using namespace patient;

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
    const std::string fbdev = "/sys/module/nvidia_drm/parameters/fbdev: Y\n";
    CHECK_THAT(only("NVIDIA's driver", one_card + version("470.1") + modeset),
               contains("warning: 470.1: without fbdev, text consoles"));
    CHECK_THAT(only("NVIDIA's driver", one_card + version("470.1") + modeset),
               contains("log in over ssh, or update the driver to 570.86.15"));
    CHECK_THAT(only("NVIDIA's driver", one_card + version("570.86.15") + modeset),
               contains("options nvidia_drm modeset=1 fbdev=1"));
    CHECK_THAT(only("NVIDIA's driver", one_card + version("570.86.15") + fbdev),
               contains("without fbdev")); // which needs modeset
    CHECK(only("NVIDIA's driver", one_card + version("570.1") + modeset + fbdev) == "ok: 570.1");
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
