#include "http/body_rule.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <map>

#include "collet/json.hpp"

namespace collet::http {
namespace {

// Notes the members of the outermost object, and whether each is null.
class Members : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Members> {
 public:
  // Outside of an object there may be nothing else.
  bool Default() { return depth_ > 0 && value(false); }
  bool Null() { return depth_ > 0 && value(true); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ == 1) name_.assign(text, size);
    return true;
  }
  bool StartObject() { return value(false) && ++depth_ <= json::kMaxDepth; }
  bool EndObject(rapidjson::SizeType) { return --depth_, true; }
  bool StartArray() { return depth_ > 0 && StartObject(); }
  bool EndArray(rapidjson::SizeType) { return --depth_, true; }

  bool is_there(const std::string& name) const { return is_null_.contains(name); }
  bool has(const std::string& name) const {
    const auto found = is_null_.find(name);
    return found != is_null_.end() && !found->second;
  }

 private:
  bool value(bool is_null) {
    if (depth_ == 1) is_null_.insert_or_assign(name_, is_null);
    return true;
  }

  int depth_ = 0;
  std::string name_;
  std::map<std::string, bool> is_null_;
};

}  // namespace

bool BodyRule::holds(std::string_view body) const {
  if (empty()) return false;
  if (nothing) return body.empty();
  Members members;
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(body.data(), body.size());
  if (!reader.Parse<rapidjson::kParseIterativeFlag>(stream, members)) return false;
  const auto there = [&](const std::string& name) { return members.is_there(name); };
  const auto given = [&](const std::string& name) { return members.has(name); };
  return std::all_of(has.begin(), has.end(), given) && std::none_of(lacks.begin(), lacks.end(), given) &&
         (any.empty() || std::any_of(any.begin(), any.end(), there));
}

Result<BodyRule> BodyRule::parse(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->IsObject()) return invalid("it is no JSON object");
  BodyRule rule;
  for (const auto& member : parsed->GetObject()) {
    const auto name = json::view(member.name);
    if (name == "nothing" && member.value.IsTrue() && parsed->MemberCount() == 1) {
      rule.nothing = true;
      continue;
    }
    auto* names = name == "has"     ? &rule.has
                  : name == "any"   ? &rule.any
                  : name == "lacks" ? &rule.lacks
                                    : nullptr;
    if (names == nullptr)
      return invalid("it has '" + std::string(name) + "', which is none of has, any and lacks");
    if (!member.value.IsArray()) return invalid("its '" + std::string(name) + "' is no list of names");
    for (const auto& one : member.value.GetArray()) {
      if (!one.IsString()) return invalid("its '" + std::string(name) + "' is no list of names");
      names->emplace_back(json::view(one));
    }
  }
  if (rule.empty()) return invalid("it names no members");
  return rule;
}

}  // namespace collet::http
