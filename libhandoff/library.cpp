// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/library.hpp"

#include "libhandoff/error.hpp"

#include <dlfcn.h>

namespace handoff {

Library::Library(const char* name) : name_(name), handle_(::dlopen(name, RTLD_LAZY | RTLD_LOCAL)) {
    if (handle_ == nullptr)
        throw Error(name, "cannot be loaded",
                    "install the package that has it, or run install/install again");
}

Library::Function Library::operator[](const char* function) const {
    void* address = ::dlsym(handle_, function);
    if (address == nullptr)
        throw Error(name_, std::string("has no ") + function, "run install/install again");
    return {address};
}

} // namespace handoff
