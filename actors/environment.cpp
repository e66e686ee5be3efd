#include "actors/environment.hpp"

#include <cstring>
#include <random>

namespace wallet::actors {

namespace {

std::array<std::uint8_t, 16> random_bytes() {
  // The kernel's generator (RDRAND-free "default" token), one per thread.
  thread_local std::random_device device;
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(unsigned)) {
    const unsigned word = device();
    std::memcpy(&bytes[i], &word, sizeof word);
  }
  return bytes;
}

} // namespace

environment real_environment() {
  return {.now =
              [] {
                return std::chrono::floor<std::chrono::microseconds>(
                    std::chrono::system_clock::now());
              },
          .entropy = random_bytes};
}

} // namespace wallet::actors
