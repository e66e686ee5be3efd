#include "storage/binary_format.hpp"

namespace wallet::storage {

namespace {

constexpr timestamp postgres_epoch =
    std::chrono::sys_days(std::chrono::January / 1 / 2000);

} // namespace

std::int64_t to_postgres_time(timestamp time) {
  return (time - postgres_epoch).count();
}

timestamp from_postgres_time(std::int64_t microseconds) {
  return postgres_epoch + std::chrono::microseconds(microseconds);
}

void binary_writer::uuid(const wallet::uuid &value) {
  out_.append(value.begin(), value.end());
}

std::size_t binary_writer::begin_length() {
  const auto at = out_.size();
  int32(0);
  return at;
}

void binary_writer::end_length(std::size_t at) {
  binary_writer length;
  length.int32(
      static_cast<std::int32_t>(out_.size() - at - sizeof(std::int32_t)));
  out_.replace(at, sizeof(std::int32_t), length.out_);
}

void composite_writer::start(std::uint32_t type, std::int32_t length) {
  out_.int32(static_cast<std::int32_t>(type));
  out_.int32(length);
}

composite_writer &composite_writer::int64(std::int64_t value) {
  start(type_oid::int8, sizeof value);
  out_.int64(value);
  return *this;
}

composite_writer &composite_writer::int16(std::int16_t value) {
  start(type_oid::int2, sizeof value);
  out_.int16(value);
  return *this;
}

composite_writer &composite_writer::uuid(const wallet::uuid &value) {
  start(type_oid::uuid, static_cast<std::int32_t>(value.size()));
  out_.uuid(value);
  return *this;
}

composite_writer &composite_writer::time(timestamp value) {
  start(type_oid::timestamptz, sizeof(std::int64_t));
  out_.int64(to_postgres_time(value));
  return *this;
}

composite_writer &composite_writer::text(std::string_view value) {
  start(type_oid::text, static_cast<std::int32_t>(value.size()));
  out_.bytes(value);
  return *this;
}

composite_writer &composite_writer::null(std::uint32_t type) {
  start(type, -1);
  return *this;
}

} // namespace wallet::storage
