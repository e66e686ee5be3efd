#pragma once

#include <string>
#include <vector>

#include "storage/binary_format.hpp"

namespace wallet::storage {

/// The parameters of a statement in order, $1 first, in binary format.
class parameters {
public:
  parameters &int16(std::int16_t value);
  parameters &int64(std::int64_t value);
  parameters &text(std::string value);
  parameters &uuid(const wallet::uuid &value);
  /// An array (see binary_array).
  parameters &encoded(std::string value);

  const std::vector<std::string> &values() const { return values_; }

private:
  std::vector<std::string> values_;
};

std::string uuid_array(const std::vector<wallet::uuid> &ids);
std::string int2_array(const std::vector<std::int16_t> &numbers);
std::string int8_array(const std::vector<std::int64_t> &numbers);

} // namespace wallet::storage
