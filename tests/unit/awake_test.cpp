// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/awake.hpp"

#include "libhandoff/journal.hpp"
#include "libhandoff/journal_watch.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/tree.hpp"

#include <poll.h>

using namespace handoff;

namespace {

const std::string uuid = "11111111-2222-3333-4444-555555555555";

/// A domain that has a GPU.
struct Running : Tree {
    Record record;

    Running() {
        folder("run");
        record.domain = "win11";
        record.uuid = uuid;
        record.daemon = {1, "1"};
        record.steps = {{Kind::driver, "0000:01:00.0", "amdgpu", "vfio-pci"}};
        Journal::create(roots.journals(), record).append(record.steps);
    }
    [[nodiscard]] Journal journal() const { return Journal::open(roots.journals(), uuid); }
};

/// Whether the watch has something to tell, now.
bool woken(const JournalWatch& watch) {
    pollfd waiting{watch.descriptor(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
}

} // namespace

TEST_CASE("a journal that is not there is gone") {
    const Tree tree;
    CHECK(JournalWatch(tree.roots.journals(), uuid).gone());
    tree.folder("run/gpu-handoff");
    CHECK(JournalWatch(tree.roots.journals(), uuid).gone());
    CHECK_NOTHROW(stay_awake(tree.roots, uuid));
}

TEST_CASE("the end of a journal is told") {
    const Running domain;
    const JournalWatch watch(domain.roots.journals(), uuid);
    REQUIRE_FALSE(watch.gone());
    CHECK_FALSE(woken(watch));
    SECTION("it is removed") {
        Record nothing_left = domain.record;
        nothing_left.steps.clear();
        domain.journal().keep(nothing_left);
    }
    SECTION("its directory is removed") {
        std::filesystem::remove_all(domain.roots.journals());
    }
    SECTION("its directory is moved away") {
        std::filesystem::rename(domain.roots.journals(), domain.roots.run / "elsewhere");
    }
    CHECK(woken(watch));
    CHECK(watch.gone());
}

TEST_CASE("a journal that is replaced or written is there all the same") {
    const Running domain;
    const JournalWatch watch(domain.roots.journals(), uuid);
    REQUIRE_FALSE(watch.gone());
    domain.journal().append_returning();
    domain.journal().keep(domain.record);
    CHECK(woken(watch)); // for it may say something else
    CHECK_FALSE(watch.gone());
    CHECK_FALSE(woken(watch));
    std::filesystem::remove(journal_file(domain.roots.journals(), uuid));
    CHECK(woken(watch));
    CHECK(watch.gone());
}

TEST_CASE("another directory in the place of the first is watched as well") {
    const Running domain;
    const JournalWatch watch(domain.roots.journals(), uuid);
    REQUIRE_FALSE(watch.gone());
    std::filesystem::rename(domain.roots.journals(), domain.roots.run / "elsewhere");
    Journal::create(domain.roots.journals(), domain.record);
    REQUIRE_FALSE(watch.gone());
    CHECK_FALSE(woken(watch));
    std::filesystem::remove(journal_file(domain.roots.journals(), uuid));
    CHECK(woken(watch));
    CHECK(watch.gone());
}

TEST_CASE("a host may sleep when all that is left of a return is a unit to be started") {
    const Running domain;
    Record left = domain.record;
    left.steps = {{Kind::unit, "ollama.service", "active", "inactive"}};
    left.returning = GENERATE(true, false);
    domain.journal().keep(left);
    if (left.returning)
        CHECK_NOTHROW(stay_awake(domain.roots, uuid));
    else // the next start has begun its journal with that unit, and asks for the inhibitor
        CHECK_THROWS_WITH(stay_awake(domain.roots, uuid), contains("system bus"));
}

TEST_CASE("without a bus a start goes on, and the inhibitor's process fails") {
    const Running domain;
    CHECK_NOTHROW(keep_awake(domain.roots, uuid, Deadline(std::chrono::seconds(1))));
    CHECK_THROWS_WITH(stay_awake(domain.roots, uuid), contains("system bus"));
}
