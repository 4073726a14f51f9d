// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/patient.hpp"

using namespace patient;

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

TEST_CASE("a virtual function is no function of its card", "[doctor]") {
    const std::string virtual_one =
        gpu("0000:01:00.4", "10de", "2484", "", "physfn -> ../0000:01:00.0");
    CHECK(only("domain's card", two_cards + virtual_one, domain(whole_card)) ==
          only("domain's card", two_cards, domain(whole_card)));
    CHECK_THAT(only("domain's card", two_cards + virtual_one, domain(hostdev("4"))),
               contains("ok: 0000:01:00.4"));
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

TEST_CASE("a domain that starts with the computer leaves it without a desktop", "[doctor]") {
    const std::string link = "/etc/libvirt/qemu/autostart/win11.xml\n";
    CHECK_THAT(only("autostart", one_card + link, domain(whole_card)),
               contains("warning: the domain starts with the computer"));
    CHECK(said("autostart", two_cards + link, domain(whole_card)).empty());
    CHECK(said("autostart", one_card, domain(whole_card)).empty());
}
