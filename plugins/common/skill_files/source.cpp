#include "source.hpp"

#include <algorithm>

#include "text_file.hpp"

namespace collet::skill_files {
namespace {

constexpr std::string_view kGithub = "https://github.com/";

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](auto start) { return text.starts_with(start); });
}

std::string decoded(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  const auto is_hex = [](char c) { return std::string_view("0123456789abcdefABCDEF").find(c) < 22; };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2])) {
      out.push_back(static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2])));
      at += 2;
    } else {
      out.push_back(text[at]);
    }
  }
  return out;
}

// {where "user:password@" begins, where it ends}; equal: there is none.
std::pair<std::size_t, std::size_t> login_range(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {0, 0};
  const auto start = scheme + 3;
  const auto authority = url.substr(start, std::min(url.find_first_of("/?#", start), url.size()) - start);
  const auto at = authority.rfind('@');
  return at == std::string_view::npos ? std::pair{start, start} : std::pair{start, start + at + 1};
}

std::optional<std::string> checked_folder(std::string_view folder) {
  while (folder.starts_with('/')) folder.remove_prefix(1);
  while (folder.ends_with('/')) folder.remove_suffix(1);
  if (folder.empty()) return std::nullopt;
  std::string_view rest = folder;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto part = rest.substr(0, end);
    if (part.empty() || part == "." || part == ".." || part.find('\0') != std::string_view::npos)
      throw FileError("repo_path must name a folder inside the repository");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return std::string(folder);
}

// "owner/repo", "owner/repo@ref/folder", "owner/repo/folder".
Source github(std::string_view text) {
  const auto owner = text.find('/');
  const auto name_end = owner == std::string_view::npos ? owner : text.find_first_of("/@", owner + 1);
  const auto repository = text.substr(0, name_end);
  if (owner == std::string_view::npos || owner == 0 || owner + 1 >= repository.size())
    throw FileError("a GitHub source is written github:owner/repo");
  Source source;
  source.kind = Source::Kind::kGit;
  source.place =
      std::string(kGithub) + std::string(repository) + (repository.ends_with(".git") ? "" : ".git");
  auto rest = name_end == std::string_view::npos ? std::string_view() : text.substr(name_end);
  if (rest.starts_with('@')) {
    const auto end = std::min(rest.find('/'), rest.size());
    source.ref = std::string(rest.substr(1, end - 1));
    rest.remove_prefix(end);
  }
  source.folder = checked_folder(rest);
  return source;
}

Source url(std::string_view text) {
  Source source;
  source.kind = Source::Kind::kGit;
  const auto [from, to] = login_range(text);
  if (to > from) {
    const auto login = text.substr(from, to - from - 1);
    const auto colon = std::min(login.find(':'), login.size());
    source.user = decoded(login.substr(0, colon));
    source.password = decoded(login.substr(std::min(colon + 1, login.size())));
  }
  source.place = std::string(text.substr(0, from)) + std::string(text.substr(to));
  if (text.starts_with("file://")) return source;
  while (source.place.ends_with('/')) source.place.pop_back();
  const auto tree = source.place.find("/tree/");
  if (source.place.starts_with(kGithub) && tree != std::string::npos) {
    const auto rest = source.place.substr(tree + 6);
    const auto end = std::min(rest.find('/'), rest.size());
    source.ref = decoded(rest.substr(0, end));
    source.folder = checked_folder(decoded(rest.substr(end)));
    source.place.resize(tree);
  }
  if (!source.place.ends_with(".git")) source.place += ".git";
  return source;
}

Source local(std::string_view text, const std::string& home) {
  Source source;
  source.place = std::string(text);
  if (text == "~" || text.starts_with("~/")) source.place = home + std::string(text.substr(1));
  return source;
}

bool is_ssh(std::string_view text) {  // git@host:path
  const auto at = text.find('@'), colon = text.find(':');
  return at != std::string_view::npos && colon != std::string_view::npos && at < colon &&
         text.find('/') > colon;
}

Source parse(std::string_view text, const std::string& home) {
  if (text.starts_with("github:")) return github(text.substr(7));
  if (starts_with_any(text, {"https://", "http://", "file://"})) return url(text);
  if (text.find("://") != std::string_view::npos || is_ssh(text))
    throw FileError("git is spoken over https only");
  if (starts_with_any(text, {"/", "~", "."}) || text.find('/') != std::string_view::npos)
    return local(text, home);
  throw FileError("a source is a folder, github:owner/repo, or the https URL of a git repository");
}

}  // namespace

Source parse_source(std::string_view text, const std::string& home, const std::optional<std::string>& ref,
                    const std::optional<std::string>& folder) {
  text = stripped(text);
  if (text.find('\0') != std::string_view::npos) throw FileError("a source holds no zero bytes");
  auto source = parse(text, home);
  source.shown = without_login(text);
  if (source.kind == Source::Kind::kLocal) {
    if (folder) throw FileError("repo_path is for git repositories; name the folder itself");
    return source;
  }
  if (ref) source.ref = ref;
  if (folder) source.folder = checked_folder(*folder);
  if (source.ref && source.ref->empty()) source.ref.reset();
  return source;
}

std::string base_name(const Source& source) {
  std::string_view place = source.place;
  while (place.ends_with('/')) place.remove_suffix(1);
  if (place.ends_with("/.git")) place.remove_suffix(5);
  place = place.substr(place.rfind('/') + 1);
  if (place.ends_with(".git")) place.remove_suffix(4);
  return std::string(place);
}

std::string without_login(std::string_view text) {
  const auto [from, to] = login_range(text);
  if (to == from) return std::string(text);
  return std::string(text.substr(0, from)) + "****@" + std::string(text.substr(to));
}

}  // namespace collet::skill_files
