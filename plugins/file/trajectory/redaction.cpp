#include "trajectory/redaction.hpp"

#include <algorithm>
#include <array>

#include "collet/json.hpp"

namespace collet::file {
namespace {

constexpr std::string_view kHidden = "**********";
constexpr std::array<std::string_view, 7> kSecretMembers = {
    "api_key",           "llm_api_key",           "critic_api_key",   "session_api_key",
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token"};

// What the server seals values as (Fernet), whatever member they are in.
bool is_sealed(std::string_view text) { return text.rfind("gAAAA", 0) == 0 && text.size() >= 100; }

class Redactor {
 public:
  Redactor(json::Allocator& allocator, const std::function<std::string(std::string_view)>& mask)
      : allocator_(allocator), mask_(mask) {}

  // The parser bounds the depth.
  void visit(json::Value& value) {
    if (value.IsObject()) {
      for (auto& member : value.GetObject()) {
        const auto name = json::view(member.name);
        const bool is_key =
            std::find(kSecretMembers.begin(), kSecretMembers.end(), name) != kSecretMembers.end();
        if (is_key && member.value.IsString() && member.value.GetStringLength() > 0)
          replace(member.value, kHidden);
        else
          visit(member.value);
      }
    } else if (value.IsArray()) {
      for (auto& item : value.GetArray()) visit(item);
    } else if (value.IsString()) {
      replace(value, is_sealed(json::view(value)) ? std::string(kHidden) : mask_(json::view(value)));
    }
  }
  bool changed() const { return changed_; }

 private:
  void replace(json::Value& value, std::string_view text) {
    if (json::view(value) == text) return;
    value = json::text(text, allocator_);
    changed_ = true;
  }

  json::Allocator& allocator_;
  const std::function<std::string(std::string_view)>& mask_;
  bool changed_ = false;
};

}  // namespace

std::string redacted(std::string_view json, const std::function<std::string(std::string_view)>& mask) {
  auto document = json::parse(json);
  if (!document) return mask(json);
  Redactor redactor(document->GetAllocator(), mask);
  redactor.visit(*document);
  return redactor.changed() ? json::dump(*document) : std::string(json);
}

}  // namespace collet::file
