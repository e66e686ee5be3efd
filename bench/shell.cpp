#include "bench/shell.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <unistd.h>

namespace wallet::bench {

std::string shell_word(const std::string &text) {
  std::string word = "'";
  for (const char c : text)
    if (c == '\'')
      word += "'\\''";
    else
      word += c;
  return word + "'";
}

std::string output_of(const std::string &command) {
  const auto end = [](FILE *stream) { pclose(stream); };
  const std::unique_ptr<FILE, decltype(end)> stream(
      popen(command.c_str(), "re"), end);
  if (!stream)
    throw std::runtime_error("no process for: " + command);
  std::string output;
  std::array<char, 4096> part;
  while (const auto count =
             std::fread(part.data(), 1, part.size(), stream.get()))
    output.append(part.data(), count);
  return output;
}

scratch_file::scratch_file(const std::string &text) {
  path_ = (std::filesystem::temp_directory_path() / "bench-XXXXXX").string();
  const int file = mkstemp(path_.data());
  if (file < 0 || write(file, text.data(), text.size()) !=
                      static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot write " + path_);
  close(file);
}

scratch_file::~scratch_file() { unlink(path_.c_str()); }

} // namespace wallet::bench
