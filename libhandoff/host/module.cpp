// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/host/subjects.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/keep_out.hpp"
#include "libhandoff/kmod.hpp"
#include "libhandoff/modules.hpp"
#include "libhandoff/nodes.hpp"

#include <cerrno>
#include <system_error>

namespace handoff {
namespace {

constexpr std::string_view unloaded = "unloaded";

void unload(const HostContext& context, const std::string& module, const Deadline& deadline) {
    load_libkmod(); // here, so that not every module's worker has to
    try {
        change(
            context, module,
            [&] {
                unload_module(module);
                return std::string();
            },
            deadline);
    } catch (const std::system_error& error) {
        if (error.code().value() != EAGAIN && error.code().value() != EBUSY)
            throw Error("module " + module, "cannot be unloaded: " + error.code().message(),
                        "see the kernel's log");
        const std::string count =
            read_text(context.roots.module(module) / "refcnt").value_or("some");
        throw ModuleBusy("module " + module,
                         "in use (" + count + " references), though no process has its device open",
                         "stop what uses the GPU, or restart the host");
    }
}

void load(const HostContext& context, const std::string& module, const std::string& state,
          const Deadline& deadline) {
    load_libkmod();
    try {
        change(
            context, module,
            [&] {
                load_module(context.roots, module, state);
                return std::string();
            },
            deadline);
    } catch (const std::system_error& error) {
        throw Error("module " + module, "cannot be loaded: " + error.code().message(),
                    "see the kernel's log");
    }
}

} // namespace

bool set_module(HostContext& context, const std::string& subject, const std::string& state,
                const Deadline& deadline) {
    const std::string before = module_state(context.roots, subject);
    if (state == unloaded) {
        keep_out(context.roots, subject);
        if (before == unloaded)
            return false;
        context.gate.require_free({"module " + subject, nodes_of_modules(context.roots, {subject})},
                                  deadline);
        unload(context, subject, deadline);
    } else {
        let_in(context.roots, subject);
        if (before == state)
            return false;
        load(context, subject, state, deadline);
    }
    if ((module_state(context.roots, subject) == unloaded) != (state == unloaded))
        throw Error("module " + subject, "is not " + state.substr(0, state.find(' ')),
                    "see the kernel's log");
    return true;
}

} // namespace handoff
