// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace handoff {

/// A shared library that is loaded when it is needed, and then stays. For those that few handoffs
/// need and that are dear: what the program links is loaded, with all that it brings, and has its
/// names bound at every start.
class Library {
public:
    /// A function, of the type of what it is assigned to.
    struct Function {
        void* address;
        template <typename Type> operator Type*() const { // NOLINT(*-explicit-*)
            return reinterpret_cast<Type*>(address);      // NOLINT(*-reinterpret-cast)
        }
    };

    /// By the name that the dynamic linker knows: "libkmod.so.2". Throws Error.
    explicit Library(const char* name);
    /// Throws Error if there is no such function.
    [[nodiscard]] Function operator[](const char* function) const;

private:
    const char* name_;
    void* handle_;
};

} // namespace handoff
