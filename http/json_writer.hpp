#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <rapidjson/writer.h>

namespace wallet::http {

/// Compact JSON at the end of a string. A client's text that is not UTF-8
/// is written with U+FFFD in place of the wrong bytes.
class json_writer {
public:
  explicit json_writer(std::string &to) : stream_{to}, writer_(stream_) {}

  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }

  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  void value(std::string_view text);
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
  struct string_stream {
    using Ch = char;
    std::string &to;
    void Put(char c) { to.push_back(c); }
    void Flush() {}
  };

  string_stream stream_;
  rapidjson::Writer<string_stream> writer_;
};

} // namespace wallet::http
