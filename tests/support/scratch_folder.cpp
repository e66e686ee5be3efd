#include "tests/support/scratch_folder.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace wallet::testing {

scratch_folder::scratch_folder(const std::filesystem::path &parent) {
  auto pattern = (parent / "wallet-XXXXXX").string();
  if (!mkdtemp(pattern.data()))
    throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string text_of(const std::filesystem::path &file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace wallet::testing
