// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/ddc.hpp"

#include "libhandoff/error.hpp"
#include "libhandoff/library.hpp"

#include <algorithm>
#include <cstdint>
#include <ddcutil_c_api.h>
#include <ddcutil_macros.h>
#include <stdexcept>

namespace handoff {
namespace {

constexpr DDCA_Vcp_Feature_Code input_source = 0x60; // VESA MCCS 2.2

/// What libddcutil 1.4 and 2.2 have alike. The layout of its structures differs: those of the
/// header belong to the library of its name, LIBDDCUTIL.
struct Libddcutil {
    Library library{LIBDDCUTIL};
    decltype(ddca_get_display_info_list2)* list = library["ddca_get_display_info_list2"];
    decltype(ddca_free_display_info_list)* free_list = library["ddca_free_display_info_list"];
    decltype(ddca_open_display2)* open = library["ddca_open_display2"];
    decltype(ddca_close_display)* close = library["ddca_close_display"];
    decltype(ddca_get_non_table_vcp_value)* get = library["ddca_get_non_table_vcp_value"];
    decltype(ddca_set_non_table_vcp_value)* set = library["ddca_set_non_table_vcp_value"];
    decltype(ddca_enable_verify)* verify = library["ddca_enable_verify"];
    decltype(ddca_rc_desc)* text_of = library["ddca_rc_desc"];
};

class DdcMonitors : public Monitors {
public:
    DdcMonitors(const Roots& roots, const std::vector<std::string>& functions) {
        start();
        DDCA_Display_Info_List* raw = nullptr;
        check(ddcutil_.list(true, &raw)); // true: with those that do not answer
        const std::unique_ptr<DDCA_Display_Info_List, decltype(ddcutil_.free_list)> list(
            raw, ddcutil_.free_list);
        for (int i = 0; i < list->ct; ++i)
            add(list->info[i], is_at(roots, functions, list->info[i]));
        // A screen that shows another input need not answer any more.
        ddcutil_.verify(false);
    }

    [[nodiscard]] const std::vector<Monitor>& all() const override { return monitors_; }

    int input(std::size_t monitor) override {
        DDCA_Non_Table_Vcp_Value value{};
        with(monitor, [&](DDCA_Display_Handle display) {
            return ddcutil_.get(display, input_source, &value);
        });
        return value.sl;
    }

    void set_input(std::size_t monitor, int input) override {
        with(monitor, [&](DDCA_Display_Handle display) {
            return ddcutil_.set(display, input_source, 0, static_cast<std::uint8_t>(input));
        });
    }

private:
    /// Else it starts itself, and complains of that in the log with every start of a domain.
    void start() {
#if DDCUTIL_VMAJOR >= 2
        decltype(ddca_init)* init = ddcutil_.library["ddca_init"];
        check(init(nullptr, DDCA_SYSLOG_NEVER, DDCA_INIT_OPTIONS_DISABLE_CONFIG_FILE));
#endif
    }

    void check(DDCA_Status status) const {
        if (status != 0)
            throw std::runtime_error(ddcutil_.text_of(status));
    }

    static bool is_at(const Roots& roots, const std::vector<std::string>& functions,
                      const DDCA_Display_Info& info) {
        if (info.path.io_mode != DDCA_IO_I2C)
            return false;
        const std::string bus = "i2c-" + std::to_string(info.path.path.i2c_busno);
        std::error_code unknown;
        const std::string directory =
            std::filesystem::canonical(roots.sys / "bus/i2c/devices" / bus, unknown);
        return std::ranges::any_of(functions, [&](const std::string& function) {
            return directory.find("/" + function + "/") != std::string::npos;
        });
    }

    void add(const DDCA_Display_Info& info, bool by_guests_cable) {
        // It numbers those that answer, from 1.
        monitors_.push_back(
            {printable(info.model_name), printable(info.sn), info.dispno > 0, by_guests_cable});
        displays_.push_back(info.dref);
    }

    template <typename Call> void with(std::size_t monitor, const Call& call) {
        DDCA_Display_Handle display = nullptr;
        constexpr bool wait = true; // for a program that has it open
        check(ddcutil_.open(displays_.at(monitor), wait, &display));
        const DDCA_Status status = call(display);
        ddcutil_.close(display);
        check(status);
    }

    Libddcutil ddcutil_;
    std::vector<Monitor> monitors_;
    std::vector<DDCA_Display_Ref> displays_;
};

} // namespace

std::unique_ptr<Monitors> ddc_monitors(const Roots& roots,
                                       const std::vector<std::string>& functions) {
    return std::make_unique<DdcMonitors>(roots, functions);
}

} // namespace handoff
