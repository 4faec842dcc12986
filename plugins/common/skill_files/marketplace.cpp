#include "marketplace.hpp"

#include <algorithm>
#include <string_view>

#include "collet/json.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostOffers = 2000;

// A path inside `root`, or nothing.
std::optional<fs::path> inside(const fs::path& root, std::string_view path) {
  const auto relative = fs::path(path).lexically_normal();
  if (path.empty() || relative.is_absolute() || *relative.begin() == "..") return std::nullopt;
  return (root / relative).lexically_normal();
}

std::optional<std::string> maybe(const json::Value& from, std::string_view member) {
  const auto text = json::string_at(from, member);
  return text && !text->empty() ? std::optional(std::string(*text)) : std::nullopt;
}

bool read_source(const json::Value& source, const fs::path& root, Offer& offer) {
  if (source.IsString()) {
    const auto text = json::view(source);
    offer.is_bundle = text.starts_with("./plugins/");
    offer.source = std::string(text);
    if (text.starts_with('/') || text.starts_with('~') || text.starts_with("github:") ||
        text.find("://") != std::string_view::npos)
      return true;
    const auto folder = inside(root, text);
    if (folder) offer.source = folder->string();
    return folder.has_value();
  }
  const auto kind = json::string_or(source, "source");
  const auto place = maybe(source, kind == "github" ? "repo" : "url");
  if (!place || (kind != "github" && kind != "url")) return false;
  offer.source = (kind == "github" ? "github:" : "") + *place;
  offer.ref = maybe(source, "ref");
  offer.folder = maybe(source, "path");
  offer.is_bundle = offer.folder && offer.folder->starts_with("plugins/");
  return true;
}

std::vector<Offer> read_offers(const json::Value& document, std::string_view member, const fs::path& root) {
  std::vector<Offer> offers;
  const auto* list = json::find(document, member);
  if (list == nullptr || !list->IsArray()) return offers;
  for (const auto& item : list->GetArray()) {
    Offer offer;
    const auto* source = json::find(item, "source");
    offer.name = json::string_or(item, "name");
    offer.description = maybe(item, "description");
    if (!offer.name.empty() && source != nullptr && read_source(*source, root, offer) &&
        offers.size() < kMostOffers)
      offers.push_back(std::move(offer));
  }
  return offers;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

}  // namespace

Marketplace read_marketplace_file(const fs::path& root, const std::string& path) {
  const auto file = inside(root, path);
  if (!file || !is_file(*file)) throw FileError("there is no marketplace file");
  const auto document = json::parse(read_text(*file));
  if (!document || !document->IsObject()) throw FileError("the marketplace file is no JSON object");
  return {read_offers(*document, "plugins", root), read_offers(*document, "skills", root)};
}

Marketplace read_marketplace(const fs::path& root, const std::string& fallback) {
  for (const auto* path : {".plugin/marketplace.json", ".claude-plugin/marketplace.json"})
    if (is_file(root / path)) return read_marketplace_file(root, path);
  return read_marketplace_file(root, fallback);
}

std::vector<Skill> public_skills(const fs::path& root, const std::optional<std::string>& path,
                                 const Warn& warn) {
  SkillSet skills(warn);
  const auto folder = root / "skills";
  std::optional<Marketplace> marketplace;
  try {
    if (path) marketplace = read_marketplace_file(root, *path);
  } catch (const FileError& error) {
    if (warn) warn("the marketplace " + *path + " of the public skills: " + error.what());
    if (*path != kDefaultMarketplace) return {};
  }
  if (!marketplace) {
    skills.add_folder(folder);
    return skills.take();
  }
  for (const auto& offer : marketplace->bundles) {
    const auto place = inside(folder, offer.name);
    if (!place) continue;
    if (const auto file = find_skill_file(*place))
      skills.add_file(*file, root);
    else if (is_file(place->string() + ".md"))
      skills.add_file(place->string() + ".md", root);
  }
  return skills.take();
}

std::string source_text(const Offer& offer) {
  return offer.source + (offer.ref ? "@" + *offer.ref : "") + (offer.folder ? "/" + *offer.folder : "");
}

}  // namespace collet::skill_files
