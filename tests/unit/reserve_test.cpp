// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/reserve.hpp"

#include "libhandoff/udev.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

using namespace handoff;

namespace {

const std::string host = "0000:00:02.0";
const std::string guest = "0000:01:00.0";
const std::string second = "0000:02:00.0";

/// A machine with cards in it.
struct Host : Tree {
    std::filesystem::path mesa = roots.host_etc / "environment.d/90-gpu-handoff-mesa.conf";

    void card(const std::string& address, const std::string& vendor,
              const std::string& kind = "0x030000\n") const {
        const std::string function = "sys/bus/pci/devices/" + address;
        file(function + "/class", kind);
        file(function + "/vendor", vendor + "\n");
        file(function + "/device", "0x1234\n");
    }

    /// Each card has the number of its bus.
    void screen(const std::string& address, const std::string& name,
                const std::string& status) const {
        const std::string drm = "sys/bus/pci/devices/" + address + "/drm/card" + address[6];
        const std::string connector = drm + "/card" + address[6] + "-" + name;
        file(drm + "/uevent", "");
        if (!std::filesystem::exists(drm_link(address)))
            link("sys/bus/pci/devices/" + address + "/drm/card" + address[6] + "/subsystem",
                 "../../class/drm");
        file(connector + "/status", status + "\n");
        file(connector + "/uevent", "");
        link(connector + "/subsystem", "../../class/drm");
    }

    void mesa_egl() const { file("usr/share/glvnd/egl_vendor.d/50_mesa.json", "{}"); }

    [[nodiscard]] std::filesystem::path rule(const std::string& address) const {
        return roots.host_etc / "udev/rules.d" / ("72-gpu-handoff-" + address + ".rules");
    }

private:
    [[nodiscard]] std::filesystem::path drm_link(const std::string& address) const {
        return roots.function(address) / "drm" / (std::string("card") + address[6]) / "subsystem";
    }
};

/// A desktop on an Intel GPU, and a card for guests.
struct Dual : Host {
    explicit Dual(const std::string& vendor = "0x1002") {
        card(host, "0x8086");
        screen(host, "DP-1", "connected");
        card(guest, vendor);
        screen(guest, "HDMI-A-1", "connected");
    }
};

} // namespace

TEST_CASE("a GPU is reserved by a rule for its card, once, and given back") {
    const Dual machine;
    const Reservation done = reserve(machine.roots, guest);
    REQUIRE(done.changes.size() == 1);
    CHECK(done.warnings.empty());
    CHECK(done.changes[0].file == machine.rule(guest));
    const std::string rule = read_file(machine.rule(guest)).value_or("");
    CHECK(is_as_stamped(rule));
    CHECK(rule.find("SUBSYSTEM==\"drm\", KERNEL==\"card[0-9]*\", KERNELS==\"0000:01:00.0\", "
                    "ATTRS{vendor}==\"0x1002\", ATTRS{device}==\"0x1234\", "
                    "ENV{ID_SEAT}=\"seat-guest\"") != std::string::npos);
    CHECK(reserve(machine.roots, guest).changes.empty());
    CHECK(end_reservation(machine.roots, guest).changes.size() == 1);
    CHECK(list(machine.roots.host_etc / "udev/rules.d").empty());
    CHECK(end_reservation(machine.roots, guest).changes.empty());
}

TEST_CASE("what is no graphics card is not reserved") {
    const Dual machine;
    machine.card("0000:01:00.1", "0x1002", "0x040300\n");
    CHECK_THROWS_WITH(reserve(machine.roots, "0000:01:00.1"), contains("is not a graphics card"));
    CHECK_THROWS_WITH(reserve(machine.roots, "0000:09:00.0"),
                      contains("there is no such PCI device"));
    CHECK_FALSE(std::filesystem::exists(machine.roots.host_etc));
}

TEST_CASE("the desktop keeps a GPU with a way out to a screen") {
    const Host machine;
    machine.card(guest, "0x1002");
    machine.screen(guest, "DP-1", "connected");
    SECTION("no other GPU") {
        CHECK_THROWS_WITH(reserve(machine.roots, guest), contains("no other GPU"));
    }
    SECTION("another one without a connector but that into memory") {
        machine.card(host, "0x8086");
        machine.screen(host, "Writeback-1", "unknown");
        CHECK_THROWS_WITH(reserve(machine.roots, guest), contains("no other GPU"));
    }
    SECTION("another one, at which no screen is connected") {
        machine.card(host, "0x8086");
        machine.screen(host, "DP-1", "disconnected");
        CHECK_THROWS_WITH(reserve(machine.roots, guest),
                          contains("only this GPU") && contains(host));
    }
    SECTION("another one, that is reserved") {
        machine.card(host, "0x8086");
        machine.screen(host, "DP-1", "connected");
        reserve(machine.roots, host);
        CHECK_THROWS_WITH(reserve(machine.roots, guest), contains("no other GPU"));
    }
    CHECK_FALSE(std::filesystem::exists(machine.rule(guest)));
}

TEST_CASE("where no screen is connected at all, a way out is enough") {
    const Host machine;
    machine.card(host, "0x8086");
    machine.screen(host, "DP-1", "disconnected");
    machine.card(guest, "0x1002");
    machine.screen(guest, "DP-1", "disconnected");
    CHECK(reserve(machine.roots, guest).changes.size() == 1);
}

TEST_CASE("the card that the firmware shows its text on is reserved with a warning") {
    const Dual machine;
    machine.file("sys/bus/pci/devices/" + guest + "/boot_vga", "1\n");
    CHECK(reserve(machine.roots, guest).warnings.size() == 1);
}

TEST_CASE("with the last NVIDIA card the sessions are kept on Mesa") {
    const Dual machine("0x10de");
    machine.mesa_egl();
    CHECK(reserve(machine.roots, guest).changes.size() == 2);
    const std::string text = read_file(machine.mesa).value_or("");
    CHECK(is_as_stamped(text));
    CHECK(text.find("\n__EGL_VENDOR_LIBRARY_FILENAMES=" +
                    (machine.roots.usr / "share/glvnd/egl_vendor.d/50_mesa.json").string() +
                    "\n__GLX_VENDOR_LIBRARY_NAME=mesa\nVK_LOADER_DRIVERS_DISABLE=*nvidia*\n") !=
          std::string::npos);
    CHECK(end_reservation(machine.roots, guest).changes.size() == 2);
    CHECK_FALSE(std::filesystem::exists(machine.mesa));
    CHECK_FALSE(std::filesystem::exists(machine.rule(guest)));
}

TEST_CASE("while an NVIDIA card stays with the host, so does NVIDIA's EGL") {
    const Dual machine("0x10de");
    machine.mesa_egl();
    machine.card(second, "0x10de");
    CHECK(reserve(machine.roots, guest).changes.size() == 1);
    CHECK_FALSE(std::filesystem::exists(machine.mesa));
    CHECK(reserve(machine.roots, second).changes.size() == 2);
    CHECK(end_reservation(machine.roots, guest).changes.size() == 2);
    CHECK_FALSE(std::filesystem::exists(machine.mesa));
    CHECK(std::filesystem::exists(machine.rule(second)));
}

TEST_CASE("without Mesa its file is not named, and the person is told") {
    const Dual machine("0x10de");
    const Reservation done = reserve(machine.roots, guest);
    CHECK(done.changes.size() == 1);
    CHECK(done.warnings.size() == 1);
}

TEST_CASE("a reservation of a card that is gone can be ended") {
    const Dual machine("0x10de");
    machine.mesa_egl();
    reserve(machine.roots, guest);
    std::filesystem::remove_all(machine.roots.function(guest));
    CHECK(end_reservation(machine.roots, guest).changes.size() == 2);
}

TEST_CASE("a file that somebody changed is left, and so is the other") {
    const Dual machine("0x10de");
    machine.mesa_egl();
    reserve(machine.roots, guest);
    machine.file("etc/environment.d/90-gpu-handoff-mesa.conf", "MINE=1\n");
    CHECK_THROWS_WITH(end_reservation(machine.roots, guest), contains("was changed by hand"));
    CHECK_THROWS_WITH(reserve(machine.roots, guest), contains("was changed by hand"));
    CHECK(std::filesystem::exists(machine.rule(guest)));
    CHECK(read_file(machine.mesa) == "MINE=1\n");
}

TEST_CASE("udev hears of a card and its connectors, and of no other device") {
    const Dual machine;
    machine.file("sys/bus/pci/devices/" + guest + "/drm/renderD128/uevent", "");
    machine.link("sys/bus/pci/devices/" + guest + "/drm/renderD128/subsystem", "../../class/drm");
    apply_udev_rules(machine.roots, guest);
    const std::filesystem::path drm = machine.roots.function(guest) / "drm";
    CHECK(read_file(drm / "card1/uevent") == "change");
    CHECK(read_file(drm / "card1/card1-HDMI-A-1/uevent") == "change");
    CHECK(read_file(drm / "renderD128/uevent") == "");
    CHECK(read_file(machine.roots.function(host) / "drm/card0/uevent") == "");
}
