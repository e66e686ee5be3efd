#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace wallet::http {

/// Compact JSON. Texts must be UTF-8: see to_utf8.
class json_writer {
public:
  json_writer() : writer_(bytes_) {}
  json_writer(const json_writer &) = delete;
  json_writer &operator=(const json_writer &) = delete;

  /// What was written.
  std::string text() const { return {bytes_.GetString(), bytes_.GetSize()}; }

  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }

  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void value(std::string_view text) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void value(const char *text) { value(std::string_view(text)); }
  void value(bool flag) { writer_.Bool(flag); }
  void value(std::int64_t number) { writer_.Int64(number); }
  void value(int number) { writer_.Int(number); }
  void null() { writer_.Null(); }

  template <class Value> void field(std::string_view name, const Value &what) {
    key(name);
    value(what);
  }

private:
  rapidjson::StringBuffer bytes_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_;
};

/// A client's bytes as UTF-8, with U+FFFD in place of the wrong ones.
std::string to_utf8(std::string_view bytes);

} // namespace wallet::http
