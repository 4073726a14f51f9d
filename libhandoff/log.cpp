// SPDX-License-Identifier: GPL-2.0-or-later
#include "libhandoff/log.hpp"

#include "libhandoff/error.hpp"

#include <boost/log/core.hpp>
#include <boost/log/expressions.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/trivial.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <syslog.h>

namespace handoff {
namespace {

namespace log = boost::log;

/// Boost's own syslog backend talks UDP to port 514 as Debian builds it, where no journal listens.
class SyslogBackend
    : public log::sinks::basic_formatted_sink_backend<char, log::sinks::concurrent_feeding> {
public:
    static void consume(const log::record_view& record, const string_type& text) {
        const auto severity = log::extract<log::trivial::severity_level>("Severity", record);
        ::syslog(severity ? priority(*severity) : LOG_INFO, "%s", text.c_str());
    }

private:
    static int priority(log::trivial::severity_level severity) {
        switch (severity) {
        case log::trivial::trace:
        case log::trivial::debug:
            return LOG_DEBUG;
        case log::trivial::info:
            return LOG_INFO;
        case log::trivial::warning:
            return LOG_WARNING;
        case log::trivial::error:
        case log::trivial::fatal:
            return LOG_ERR;
        }
        return LOG_INFO;
    }
};

} // namespace

void reopen_syslog() {
    ::closelog(); // it forgets the name too
    ::openlog("gpu-handoff", LOG_PID, LOG_DAEMON);
}

void log_to_syslog() {
    reopen_syslog();
    using Sink = log::sinks::synchronous_sink<SyslogBackend>;
    const auto sink = boost::make_shared<Sink>(boost::make_shared<SyslogBackend>());
    sink->set_formatter(log::expressions::stream << log::expressions::smessage);
    log::core::get()->add_sink(sink);
    log::core::get()->set_logging_enabled(true);
}

void log_info(const std::string& text) {
    BOOST_LOG_TRIVIAL(info) << printable(text);
}
void log_warning(const std::string& text) {
    BOOST_LOG_TRIVIAL(warning) << printable(text);
}
void log_error(const std::string& text) {
    BOOST_LOG_TRIVIAL(error) << printable(text);
}

} // namespace handoff
