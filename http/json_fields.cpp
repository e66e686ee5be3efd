#include "http/json_fields.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "http/problem.hpp"

namespace wallet::http {

namespace {

/// Takes the wanted fields of the outermost object, skips everything else.
class field_collector
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, field_collector> {
public:
  explicit field_collector(std::span<text_field> fields) : fields_(fields) {}

  /// Every value but texts, objects and arrays.
  bool Default() {
    note_type();
    return true;
  }
  bool Null() {
    current_ = nullptr;
    return true;
  }
  bool RawNumber(const char *, rapidjson::SizeType, bool) { return Default(); }

  bool String(const char *text, rapidjson::SizeType size, bool) {
    if (depth_ == 0)
      return Default();
    if (depth_ == 1 && current_)
      current_->value.emplace(text, size);
    current_ = nullptr;
    return true;
  }

  bool Key(const char *text, rapidjson::SizeType size, bool) {
    return depth_ != 1 || select({text, size});
  }

  bool StartObject() {
    if (depth_ == 0)
      is_object_ = true;
    return enter();
  }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

  bool is_object() const { return is_object_; }
  const text_field *mistyped() const { return mistyped_; }
  std::string_view repeated() const { return repeated_; }

private:
  bool enter() {
    note_type();
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  void note_type() {
    if (depth_ == 1 && current_ && !mistyped_)
      mistyped_ = current_;
    current_ = nullptr;
  }

  /// False ends the parsing.
  bool select(std::string_view name) {
    current_ = nullptr;
    for (auto &field : fields_)
      if (field.name == name)
        current_ = &field;
    if (!current_)
      return true;
    const auto bit = 1u << (current_ - fields_.data());
    if (seen_ & bit)
      repeated_ = current_->name;
    seen_ |= bit;
    return repeated_.empty();
  }

  std::span<text_field> fields_;
  text_field *current_ = nullptr;
  const text_field *mistyped_ = nullptr;
  std::string_view repeated_;
  unsigned seen_ = 0;
  std::size_t depth_ = 0;
  bool is_object_ = false;
};

/// Iterative: a body of brackets costs heap (its own size), not stack. Numbers
/// stay texts: none is wanted, and 30 digits are not an error (1e999 is one).
constexpr auto parse_flags = rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;

std::optional<problem> parse(std::string_view body,
                             field_collector &collector) {
  // RapidJSON takes it for the end of the text.
  if (body.find('\0') != std::string_view::npos)
    return malformed_json("it holds a NUL byte");
  rapidjson::MemoryStream bytes(body.data(), body.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>
      text(bytes);
  rapidjson::Reader reader;
  const auto result = reader.Parse<parse_flags>(text, collector);
  if (!collector.repeated().empty())
    return malformed_json("field '" + std::string(collector.repeated()) +
                          "' is there twice");
  if (result.IsError())
    return malformed_json(
        std::string(rapidjson::GetParseError_En(result.Code())) + " (byte " +
        std::to_string(result.Offset()) + ")");
  return std::nullopt;
}

problem expected(const text_field &field, std::string_view what) {
  return bad_field("Field '" + std::string(field.name) + "' " +
                   std::string(what));
}

} // namespace

std::optional<problem> read_fields(std::string_view body,
                                   std::span<text_field> fields) {
  field_collector collector(fields);
  if (auto wrong = parse(body, collector))
    return wrong;
  if (!collector.is_object())
    return bad_field("The body must be a JSON object");
  if (const auto *field = collector.mistyped())
    return expected(*field, "must be a JSON string");
  for (const auto &field : fields)
    if (field.is_required && !field.value)
      return expected(field, "is missing");
  return std::nullopt;
}

} // namespace wallet::http
