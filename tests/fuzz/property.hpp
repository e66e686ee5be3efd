#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fuzzer/FuzzedDataProvider.h>

namespace wallet::fuzzing {

/// What must be true of every input: if it is not, libFuzzer keeps the input.
inline void require(bool holds, std::string_view property) {
  if (holds)
    return;
  std::fprintf(stderr, "PROPERTY VIOLATED: %.*s\n",
               static_cast<int>(property.size()), property.data());
  std::abort();
}

/// Texts to show beside a violated property.
inline void require_equal(std::string_view found, std::string_view wanted,
                          std::string_view property) {
  if (found != wanted)
    std::fprintf(stderr, "found:  %.*s\nwanted: %.*s\n",
                 static_cast<int>(found.size()), found.data(),
                 static_cast<int>(wanted.size()), wanted.data());
  require(found == wanted, property);
}

/// Numbers and choices are taken from its end, so that a file of a corpus
/// begins with the text that it is about.
using choices = FuzzedDataProvider;

} // namespace wallet::fuzzing
