// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/kmod.hpp"

#include "libhandoff/library.hpp"

#include <cerrno>
#include <libkmod.h>
#include <memory>
#include <system_error>

namespace handoff {
namespace {

/// libkmod as its header declares it.
struct Libkmod {
    Library library{"libkmod.so.2"};
    decltype(kmod_new)* create = library["kmod_new"];
    decltype(kmod_unref)* unref = library["kmod_unref"];
    decltype(kmod_set_log_fn)* set_log_fn = library["kmod_set_log_fn"];
    decltype(kmod_list_next)* list_next = library["kmod_list_next"];
    decltype(kmod_module_new_from_lookup)* lookup = library["kmod_module_new_from_lookup"];
    decltype(kmod_module_get_module)* get_module = library["kmod_module_get_module"];
    decltype(kmod_module_probe_insert_module)* probe_insert =
        library["kmod_module_probe_insert_module"];
    decltype(kmod_module_new_from_name)* from_name = library["kmod_module_new_from_name"];
    decltype(kmod_module_remove_module)* remove = library["kmod_module_remove_module"];
    decltype(kmod_module_unref)* module_unref = library["kmod_module_unref"];
    decltype(kmod_module_unref_list)* unref_list = library["kmod_module_unref_list"];
};

const Libkmod& libkmod() {
    static const Libkmod library;
    return library;
}

using Context = std::unique_ptr<kmod_ctx, decltype(&kmod_unref)>;
using Module = std::unique_ptr<kmod_module, decltype(&kmod_module_unref)>;

/// The default configuration is read when the context is made, so each call makes its own: our own
/// files under /run come and go.
Context make_context(const Libkmod& kmod, const char* const* configuration) {
    Context context(kmod.create(nullptr, configuration), kmod.unref);
    if (!context)
        throw std::system_error(ENOMEM, std::generic_category(), "libkmod");
    kmod.set_log_fn(
        context.get(), [](void*, int, const char*, int, const char*, const char*, va_list) {},
        nullptr);
    return context;
}

} // namespace

void load_libkmod() {
    libkmod();
}

void insert(const std::string& name_or_alias, const std::string& options) {
    const Libkmod& kmod = libkmod();
    const Context context = make_context(kmod, nullptr);
    kmod_list* found = nullptr;
    int result = kmod.lookup(context.get(), name_or_alias.c_str(), &found);
    if (result >= 0 && found == nullptr)
        result = -ENOENT;
    for (kmod_list* entry = found; entry != nullptr; entry = kmod.list_next(found, entry)) {
        const Module module(kmod.get_module(entry), kmod.module_unref);
        const int one = kmod.probe_insert(module.get(), KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY,
                                          options.empty() ? nullptr : options.c_str(), nullptr,
                                          nullptr, nullptr);
        if (one < 0) // a positive one is the blacklist
            result = one;
    }
    kmod.unref_list(found);
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), name_or_alias);
}

void remove(const std::string& module) {
    const Libkmod& kmod = libkmod();
    const char* const nothing = nullptr; // removal asks no configuration, and reading it takes long
    const Context context = make_context(kmod, &nothing);
    kmod_module* raw = nullptr;
    int result = kmod.from_name(context.get(), module.c_str(), &raw);
    const Module found(raw, kmod.module_unref);
    if (result >= 0)
        result = kmod.remove(found.get(), KMOD_REMOVE_NOLOG);
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), module);
}

} // namespace handoff
