#pragma once

#include <chrono>
#include <map>
#include <string>

namespace wallet::bench {

/// Processor time by part of the system, as far as it runs on this machine.
/// "machine" is all of it: what the parts leave is the kernel's own and other
/// programs'.
using cpu_times = std::map<std::string, std::chrono::duration<double>>;

/// Reads /proc: the service by thread name, PostgreSQL by what its connections
/// say they are for (pg_stat_activity), the broker, this program.
/// `database_url` may be empty: then PostgreSQL is one part.
cpu_times read_cpu_times(const std::string &database_url);

cpu_times difference(const cpu_times &after, const cpu_times &before);

/// Resident memory of a process, in bytes; 0: there is none.
std::size_t resident_bytes(int pid);

} // namespace wallet::bench
