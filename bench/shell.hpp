#pragma once

#include <filesystem>
#include <string>

namespace wallet::bench {

/// `text` as one word of a shell's command line.
std::string shell_word(const std::string &text);

/// What the command writes to its standard output. Waits for its end.
std::string output_of(const std::string &command);

/// A temporary file with this text, removed at the end.
class scratch_file {
public:
  explicit scratch_file(const std::string &text);
  ~scratch_file();
  scratch_file(const scratch_file &) = delete;
  scratch_file &operator=(const scratch_file &) = delete;

  const std::string &path() const { return path_; }

private:
  std::string path_;
};

} // namespace wallet::bench
