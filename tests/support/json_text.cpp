#include "tests/support/json_text.hpp"

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace wallet::testing {

namespace {

const rapidjson::Value *find(rapidjson::Document &document,
                             const std::string &json,
                             const std::string &pointer) {
  document.Parse(json.data(), json.size());
  if (document.HasParseError())
    return nullptr;
  return rapidjson::Pointer(pointer.data(), pointer.size()).Get(document);
}

} // namespace

std::string json_at(const std::string &json, const std::string &pointer) {
  rapidjson::Document document;
  const auto *value = find(document, json, pointer);
  if (!value)
    return {};
  if (value->IsString())
    return {value->GetString(), value->GetStringLength()};
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  value->Accept(writer);
  return {text.GetString(), text.GetSize()};
}

std::size_t json_size(const std::string &json, const std::string &pointer) {
  rapidjson::Document document;
  const auto *value = find(document, json, pointer);
  return value && value->IsArray() ? value->Size() : 0;
}

} // namespace wallet::testing
