#include "events/codec_body.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

namespace wallet {

namespace {

/// In the order of body_field.
constexpr std::array<std::string_view, body_field_count> field_names{
    "eventType",    "wallet_id",      "user_id",      "from_wallet_id",
    "from_user_id", "to_wallet_id",   "to_user_id",   "amount",
    "new_balance",  "transaction_id", "reference_id", "timestamp",
    "event_id",     "shard",          "position",     "version",
    "balance",      "held",           "currency",     "schema_version"};
static_assert(field_names[static_cast<std::size_t>(body_field::schema)] ==
              "schema_version");

/// A transfer is 650 bytes with users of 10 characters.
constexpr std::size_t usual_size = 1'024;

/// RapidJSON reads (and writes, in place) so many bytes behind the first one
/// of a character before it looks whether they are there.
constexpr std::size_t longest_tail = 3;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x80;
  });
}

/// What RapidJSON writes to.
struct end_of_string {
  using Ch = char;
  std::string &to;
  void Put(char c) { to.push_back(c); }
  void Flush() {}
};

} // namespace

std::string_view name_of(body_field which) {
  return field_names.at(static_cast<std::size_t>(which));
}

void refuse(body_field which, std::string_view why) {
  throw wrong_body("field '" + std::string(name_of(which)) + "' " +
                   std::string(why));
}

body_writer::body_writer() { text_.reserve(usual_size); }

void body_writer::begin(body_field which) {
  text_ += text_.empty() ? "{\"" : ",\"";
  text_ += name_of(which);
  text_ += "\":";
}

void body_writer::put(body_field which, std::string_view value) {
  begin(which);
  end_of_string out{text_};
  rapidjson::Writer<end_of_string>(out).String(
      value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void body_writer::put_plain(body_field which, std::string_view value) {
  begin(which);
  text_ += '"';
  text_ += value;
  text_ += '"';
}

void body_writer::put(body_field which, std::int64_t value) {
  begin(which);
  text_ += std::to_string(value);
}

std::string body_writer::finish() && {
  text_ += '}';
  return std::move(text_);
}

/// Takes our fields of the outermost object.
class body_reader::json_handler
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, json_handler> {
public:
  explicit json_handler(body_reader &reader) : slots_(reader.slots_) {}

  // RapidJSON's names; true goes on. Default: null, true and false.
  bool Default() { return take(kind::other, {}); }
  bool RawNumber(const char *text, rapidjson::SizeType size, bool) {
    return take(kind::number, {text, size});
  }
  bool String(const char *text, rapidjson::SizeType size, bool) {
    return take(kind::text, {text, size});
  }
  bool Key(const char *text, rapidjson::SizeType size, bool) {
    if (depth_ == 1)
      select({text, size});
    return true;
  }
  bool StartObject() {
    is_object_ = is_object_ || depth_ == 0;
    return enter();
  }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

  bool is_object() const { return is_object_; }

private:
  bool take(kind holds, std::string_view value) {
    if (depth_ == 1 && current_)
      *current_ = {holds, value};
    return true;
  }
  bool enter() {
    take(kind::other, {});
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  void select(std::string_view name) {
    current_ = nullptr;
    // Fields mostly follow each other as we name them.
    for (std::size_t i = 0; i < body_field_count && !current_; ++i) {
      last_ = (last_ + 1) % body_field_count;
      if (field_names[last_] == name)
        current_ = &slots_[last_];
    }
    if (current_ && current_->holds != kind::absent)
      throw wrong_body("field '" + std::string(name) + "' is there twice");
  }

  std::array<slot, body_field_count> &slots_;
  slot *current_ = nullptr;
  std::size_t last_ = body_field_count - 1;
  std::size_t depth_ = 0;
  bool is_object_ = false;
};

body_reader::body_reader(std::string json) : json_(std::move(json)) {
  // RapidJSON takes it for the end of the text.
  if (json_.find('\0') != std::string::npos)
    throw wrong_body("not JSON: a NUL byte");
  json_.append(longest_tail, '\0');
  // Iterative: a body of brackets costs heap, not stack. Numbers stay texts:
  // a position has more digits than a double.
  constexpr unsigned flags = rapidjson::kParseInsituFlag |
                             rapidjson::kParseIterativeFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  // RapidJSON looks at each character for itself: as slow as all the rest.
  if (is_ascii(json_))
    parse<flags>();
  else
    parse<flags | rapidjson::kParseValidateEncodingFlag>();
}

template <unsigned Flags> void body_reader::parse() {
  rapidjson::InsituStringStream stream(json_.data());
  json_handler handler(*this);
  const auto parsed = rapidjson::Reader().Parse<Flags>(stream, handler);
  if (parsed.IsError())
    throw wrong_body(std::string("not JSON: ") +
                     rapidjson::GetParseError_En(parsed.Code()) + " (byte " +
                     std::to_string(parsed.Offset()) + ")");
  if (!handler.is_object())
    throw wrong_body("not a JSON object");
}

std::string_view body_reader::value_of(body_field which, kind wanted,
                                       std::string_view otherwise) const {
  const auto &found = slots_.at(static_cast<std::size_t>(which));
  if (found.holds == kind::absent)
    refuse(which, "is missing");
  if (found.holds != wanted)
    refuse(which, otherwise);
  return found.value;
}

std::string_view body_reader::text(body_field which) const {
  return value_of(which, kind::text, "is not a text");
}

std::int64_t body_reader::number(body_field which, std::int64_t smallest,
                                 std::int64_t largest) const {
  const auto digits = value_of(which, kind::number, "is not a number");
  const auto *end = digits.data() + digits.size();
  std::int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value < smallest ||
      value > largest)
    refuse(which, "is not a whole number in its range");
  return value;
}

} // namespace wallet
