// A library of its own, preloaded into a server: its wall clock is the
// machine's plus what the file that WALLET_CLOCK names holds, a 64-bit number
// of seconds. The monotonic clock is left alone. libfaketime would do the same,
// but does not start together with jemalloc: each waits for the other.
// It allocates nothing and calls nothing that might.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

const std::atomic<std::int64_t> *offset_s = nullptr;

/// Until this has run, the clock is the machine's.
__attribute__((constructor)) void map_offset() {
  const char *name = std::getenv("WALLET_CLOCK");
  const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return;
  void *mapped =
      mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED)
    offset_s = static_cast<const std::atomic<std::int64_t> *>(mapped);
}

} // namespace

extern "C" int clock_gettime(clockid_t which, timespec *time) noexcept {
  const auto result = syscall(SYS_clock_gettime, which, time);
  if (which == CLOCK_REALTIME && offset_s)
    time->tv_sec += offset_s->load(std::memory_order_relaxed);
  return static_cast<int>(result);
}
