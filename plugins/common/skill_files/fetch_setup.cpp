#include "fetch_setup.hpp"

#include <cstdlib>

#include "home.hpp"
#include "text_file.hpp"

namespace collet::skill_files {
namespace {

constexpr const char* kPublic = "https://github.com/OpenHands/extensions";
constexpr const char* kPublicRef = "main";

}  // namespace

FetchSetup::FetchSetup(Host& host)
    : warn([&host](const std::string& line) { host.log().warning(line); }), home(home_folder()) {
  make_fetcher = [this, &host] {
    std::optional<HttpClient> client;
    if (host.has(COLLET_FEATURE_HTTP_CLIENT)) client = host.http_client();
    return GitFetcher(client, workers.cancellation());
  };
}

std::optional<Source> public_repository(const Fields& config, const std::filesystem::path& home) {
  const auto place = config.text("public_repository", kPublic);
  if (place.empty()) return std::nullopt;
  const char* variable = std::getenv("EXTENSIONS_REF");
  const auto ref =
      config.text("public_ref", variable != nullptr && variable[0] != '\0' ? variable : kPublicRef);
  auto source = parse_source(place, home.string(), ref.empty() ? std::nullopt : std::optional(ref));
  if (source.kind != Source::Kind::kGit)
    throw FileError("public_repository must be the https or file URL of a git repository");
  return source;
}

}  // namespace collet::skill_files
