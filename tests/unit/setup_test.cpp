// SPDX-License-Identifier: GPL-2.0-or-later
// The whole of setup, against libvirt's test driver: each connection to test:///FILE has domains of
// its own, so what was defined is forgotten at once, and seen in the backup of what was there.
#include "hook/run_setup.hpp"

#include "hook/output.hpp"
#include "hook/setup_files.hpp"
#include "libhandoff/config.hpp"
#include "libhandoff/error.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace handoff;

namespace {

const std::string uuid = "11111111-2222-3333-4444-555555555555";

std::string domain(const std::string& name, const std::string& id, int state,
                   const std::string& more) {
    return "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>"
           "<name>" +
           name + "</name><uuid>" + id +
           "</uuid><memory>65536</memory><os><type arch='x86_64'>hvm</type></os>"
           "<devices>" +
           more +
           "<graphics type='vnc' port='-1' autoport='yes' passwd='secret'/></devices>"
           "<test:runstate>" +
           std::to_string(state) + "</test:runstate></domain>";
}

constexpr const char* pci = "<controller type='pci' index='0' model='pci-root'/>";
constexpr int running = 1;
constexpr int shut_off = 5;

/// A host with one card, and libvirt with some domains.
class Host {
public:
    Host() {
        card("0000:01:00.0", "0x030000");
        card("0000:01:00.1", "0x040300");
        tree.folder("sys/class/iommu/dmar0");
        tree.folder("etc/domains");
        tree.file("node.xml",
                  "<node>" + domain("win11", uuid, shut_off, pci) +
                      domain("busy", "21111111-2222-3333-4444-555555555555", running, pci) +
                      domain("strange", "31111111-2222-3333-4444-555555555555", shut_off, "") +
                      "</node>");
    }

    void card(const std::string& address, const std::string& device_class) const {
        tree.file("sys/bus/pci/devices/" + address + "/class", device_class + "\n");
        tree.file("sys/bus/pci/devices/" + address + "/vendor", "0x1234\n");
        tree.file("sys/bus/pci/devices/" + address + "/device", "0x1111\n");
    }

    [[nodiscard]] SetupRequest request(const std::string& name) const {
        SetupRequest asked;
        asked.domain = name;
        asked.uri = "test://" + (tree.roots.sys.parent_path() / "node.xml").string();
        asked.yes = true;
        return asked;
    }
    [[nodiscard]] std::string file() const {
        return read_file(tree.roots.etc / "domains/win11.toml").value_or("none");
    }
    [[nodiscard]] std::vector<std::string> backups() const {
        return list(tree.roots.state / "backups");
    }

    Tree tree;
};

} // namespace

TEST_CASE("setup defines the domain, writes its file, and keeps the XML as it was", "[setup]") {
    const Host host;
    run_setup(host.tree.roots, host.request("win11"));
    CHECK(load_config(host.tree.roots.etc, "win11") == Config{});
    REQUIRE(host.backups().size() == 1);
    const std::filesystem::path backup = host.tree.roots.state / "backups" / host.backups()[0];
    CHECK(backup.filename().string().starts_with(uuid + "-2"));
    CHECK_THAT(read_file(backup).value_or(""), contains("passwd='secret'"));
    struct stat found {};
    REQUIRE(::stat(backup.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600U);
    REQUIRE(::stat(backup.parent_path().c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0700U);
}

TEST_CASE("a dry run changes nothing", "[setup]") {
    const Host host;
    SetupRequest asked = host.request(uuid);
    asked.dry_run = true;
    run_setup(host.tree.roots, asked);
    CHECK(host.file() == "none");
    CHECK(host.backups().empty());
}

TEST_CASE("a file that a person wrote stays as it is, and a bad one is told first", "[setup]") {
    const Host host;
    host.tree.file("etc/domains/win11.toml", "display = \"stop\"\n");
    run_setup(host.tree.roots, host.request("win11"));
    CHECK(host.file() == "display = \"stop\"\n");
    host.tree.file("etc/domains/win11.toml", "display = \"blue\"\n");
    CHECK_THROWS_WITH(run_setup(host.tree.roots, host.request("win11")),
                      contains("win11.toml:1: display: "));
    CHECK(host.backups().size() == 1);
}

TEST_CASE("what setup refuses it leaves as it was", "[setup]") {
    Host host;
    SetupRequest asked = host.request("win11");
    std::string expected;
    SECTION("unknown") {
        asked.domain = "win1";
        expected = "domain win1: libvirt knows none of that name; did you mean win11?";
    }
    SECTION("running") {
        asked.domain = "busy";
        expected = "domain 'busy': is running; shut it down first";
    }
    SECTION("without PCI") {
        asked.domain = "strange";
        expected = "has no PCI bus";
    }
    SECTION("no IOMMU") {
        std::filesystem::remove_all(host.tree.roots.sys / "class/iommu");
        expected = "0000:01:00.0: the IOMMU is off; ";
    }
    SECTION("no GPU") {
        std::filesystem::remove_all(host.tree.roots.sys / "bus/pci/devices");
        expected = "has no graphics card";
    }
    SECTION("no such GPU") {
        asked.gpu = "0000:01:00.1";
        expected = "0000:01:00.1: is not a graphics card";
    }
    SECTION("a choice, and nobody to ask") {
        host.card("0000:02:00.0", "0x030000");
        expected = "setup: there is more than one graphics card; say which: "
                   "gpu-handoff setup win11 --gpu 0000:02:00.0";
    }
    SECTION("no keyboard") {
        asked.keyboard = "/dev/null";
        expected = "/dev/null: is no evdev node";
    }
    SECTION("nothing to take back") {
        CHECK_THROWS_WITH(run_setup_remove(host.tree.roots, asked),
                          contains("was not set up by gpu-handoff setup"));
        asked.uri = "test:///nowhere.xml";
        expected = "libvirt: ";
    }
    CHECK_THROWS_WITH(run_setup(host.tree.roots, asked), contains(expected));
    CHECK(host.file() == "none");
    CHECK(host.backups().empty());
}

TEST_CASE("when libvirt refuses the definition there is no file either", "[setup]") {
    const Host host;
    host.tree.file("state/backups", "no directory\n");
    CHECK_THROWS(run_setup(host.tree.roots, host.request("win11")));
    CHECK(host.file() == "none");
}

TEST_CASE("a domain's file is removed if it is as setup wrote it", "[setup]") {
    const Host host;
    const Roots& roots = host.tree.roots;
    CHECK(remove_domain_file(roots, "win11") == FileEnd::missing);
    CHECK(write_domain_file(roots, "win11"));
    CHECK_FALSE(write_domain_file(roots, "win11"));
    CHECK(remove_domain_file(roots, "win11") == FileEnd::removed);
    CHECK(host.file() == "none");
    host.tree.file("etc/domains/win11.toml", "");
    CHECK(remove_domain_file(roots, "win11") == FileEnd::kept);
    CHECK(host.file().empty());
    CHECK(domain_file(roots, "..") == roots.etc / "domains/...toml");
    CHECK_THROWS_AS(domain_file(roots, "a/b"), Error);
    CHECK_THROWS_AS(domain_file(roots, std::string(250, 'a')), Error);
}

TEST_CASE("two backups of one second are two files", "[setup]") {
    const Host host;
    keep_backup(host.tree.roots, uuid, "<a/>");
    keep_backup(host.tree.roots, uuid, "<b/>");
    keep_backup(host.tree.roots, uuid, "<c/>");
    CHECK(host.backups().size() == 3);
}

TEST_CASE("a word is written as a shell wants it", "[setup]") {
    CHECK(shell_word("win11") == "win11");
    CHECK(shell_word("win 11") == "'win 11'");
    CHECK(shell_word("it's $HOME") == "'it'\\''s $HOME'");
    CHECK(shell_word("") == "''");
}
