#include "storage/postgres_parameters.hpp"

namespace wallet::storage {

parameters &parameters::int16(std::int16_t value) {
  binary_writer out;
  out.int16(value);
  return encoded(out.take());
}

parameters &parameters::int64(std::int64_t value) {
  binary_writer out;
  out.int64(value);
  return encoded(out.take());
}

parameters &parameters::text(std::string value) {
  return encoded(std::move(value));
}

parameters &parameters::uuid(const wallet::uuid &value) {
  return encoded(std::string(value.begin(), value.end()));
}

parameters &parameters::encoded(std::string value) {
  values_.push_back(std::move(value));
  return *this;
}

std::string uuid_array(const std::vector<wallet::uuid> &ids) {
  return binary_array(
      type_oid::uuid, ids,
      [](binary_writer &out, const wallet::uuid &id) { out.uuid(id); });
}

std::string int2_array(const std::vector<std::int16_t> &numbers) {
  return binary_array(
      type_oid::int2, numbers,
      [](binary_writer &out, std::int16_t number) { out.int16(number); });
}

std::string int8_array(const std::vector<std::int64_t> &numbers) {
  return binary_array(
      type_oid::int8, numbers,
      [](binary_writer &out, std::int64_t number) { out.int64(number); });
}

} // namespace wallet::storage
