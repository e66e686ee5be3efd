#include "http/json_fields.hpp"

#include <rapidjson/error/en.h>
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
    if (!check_text({text, size}))
      return false;
    if (depth_ == 0)
      return Default();
    if (depth_ == 1 && current_)
      current_->value.emplace(text, size);
    current_ = nullptr;
    return true;
  }

  bool Key(const char *text, rapidjson::SizeType size, bool) {
    return check_text({text, size}) && (depth_ != 1 || select({text, size}));
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
  bool has_lone_surrogate() const { return has_lone_surrogate_; }

private:
  /// RapidJSON 1.1 takes the second half of a pair without the first. As it
  /// checks the bytes themselves, such a half can only come from an escape.
  /// False ends the parsing.
  bool check_text(std::string_view text) {
    constexpr char lead = '\xED'; // of U+D000 to U+DFFF; surrogates: from D800
    for (auto at = text.find(lead); at != std::string_view::npos;
         at = text.find(lead, at + 1))
      if (static_cast<unsigned char>(text[at + 1]) >= 0xA0)
        has_lone_surrogate_ = true;
    return !has_lone_surrogate_;
  }

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
  bool has_lone_surrogate_ = false;
};

/// Iterative: a body of brackets costs heap (its own size), not stack. Numbers
/// stay texts: none is wanted, and 30 digits are not an error (1e999 is one).
constexpr auto parse_flags = rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseNumbersAsStringsFlag;

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// RapidJSON reads so many bytes behind the first one of a character before it
/// looks whether they are there.
constexpr std::size_t longest_tail = 3;

std::optional<problem> parse(std::string_view body,
                             field_collector &collector) {
  // RapidJSON takes it for the end of the text.
  if (body.find('\0') != std::string_view::npos)
    return malformed_json("it holds a NUL byte");
  // RFC 8259 8.1 lets us ignore it; RapidJSON would ignore parts of it too.
  if (body.starts_with(byte_order_mark))
    body.remove_prefix(byte_order_mark.size());
  std::string text(body);
  text.append(longest_tail, '\0');
  rapidjson::StringStream bytes(text.c_str());
  rapidjson::Reader reader;
  const auto result = reader.Parse<parse_flags>(bytes, collector);
  if (!collector.repeated().empty())
    return malformed_json("field '" + std::string(collector.repeated()) +
                          "' is there twice");
  if (collector.has_lone_surrogate())
    return malformed_json("a text has half of a surrogate pair");
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
