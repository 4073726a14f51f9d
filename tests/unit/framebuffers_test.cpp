// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/framebuffers.hpp"

#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

namespace {

using Names = std::vector<std::string>;

const std::string gpu = "0000:01:00.0";

} // namespace

TEST_CASE("a firmware framebuffer belongs to the function in whose memory it lies",
          "[framebuffers]") {
    const Tree tree;
    tree.folder("sys/bus/platform/drivers/vesa-framebuffer/vesa-framebuffer.0");
    tree.file("sys/bus/platform/drivers/vesa-framebuffer/bind", "");
    const std::string claim = GENERATE("vesafb", "efifb", "simplefb", "BOOTFB");
    tree.file("proc/iomem", "c0000000-dfffffff : PCI Bus 0000:01\n"
                            "  c0000000-c0ffffff : 0000:01:00.0\n"
                            "    c0000000-c02fffff : " +
                                claim +
                                "\n"
                                "  c1000000-c1ffffff : 0000:01:00.1\n"
                                "e0000000-e0ffffff : 0000:00:02.0\n");
    CHECK(firmware_framebuffers(tree.roots, gpu) == Names{"vesa-framebuffer.0"});
    CHECK(firmware_framebuffers(tree.roots, "0000:01:00.1").empty());
    CHECK(firmware_framebuffers(tree.roots, "0000:00:02.0").empty());
    CHECK(firmware_framebuffers(tree.roots, "0000:03:00.0").empty());
}

TEST_CASE("what lies behind the function's memory is not in it", "[framebuffers]") {
    const Tree tree;
    tree.folder("sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0");
    tree.file("proc/iomem", "  c0000000-c0ffffff : 0000:01:00.0\n"
                            "    c0000000-c02fffff : bochs-drm\n"
                            "  c1000000-c1ffffff : efifb");
    CHECK(firmware_framebuffers(tree.roots, gpu).empty());
}

TEST_CASE("a framebuffer is bound as long as its platform device has a driver", "[framebuffers]") {
    const Tree tree;
    CHECK(firmware_driver(tree.roots, "efi-framebuffer.0").empty());
    tree.link("sys/bus/platform/devices/efi-framebuffer.0/driver", "../drivers/efi-framebuffer");
    CHECK(firmware_driver(tree.roots, "efi-framebuffer.0") == "efi-framebuffer");
}
