#pragma once

#include <filesystem>
#include <string>

namespace wallet::testing {

/// A new folder in `parent`, removed with all in it at the end. Raises
/// std::runtime_error when there can be none.
class scratch_folder {
public:
  explicit scratch_folder(const std::filesystem::path &parent =
                              std::filesystem::temp_directory_path());
  ~scratch_folder();
  scratch_folder(const scratch_folder &) = delete;
  scratch_folder &operator=(const scratch_folder &) = delete;

  const std::filesystem::path &path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// All of a file; empty when there is none.
std::string text_of(const std::filesystem::path &file);

} // namespace wallet::testing
