#include "options.hpp"

#include <algorithm>
#include <stdexcept>

#include "collet/fields.hpp"
#include "collet/machine.hpp"

namespace collet::vscode {
namespace {

constexpr std::string_view kWord = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

// "a/b/" -> "/a/b"
std::string clean_base_path(std::string path) {
  if (path.find_first_not_of(std::string(kWord) + "./~") != std::string::npos)
    throw InputError("'base_path' may hold letters, digits, '-', '_', '.', '~' and '/'");
  path.erase(path.find_last_not_of('/') + 1);
  path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
  return path.empty() ? path : "/" + path;
}

void check_host(const std::string& host) {
  try {
    const machine::Address address(host, 0);
  } catch (const std::invalid_argument&) {
    throw InputError("'host' must be an IP address");
  }
}

}  // namespace

Options read_options(std::string_view config) {
  const Fields fields(config);
  Options options;
  options.run = fields.flag("run", options.run);
  options.command = fields.text("command", "");
  options.arguments = fields.texts("arguments", {});
  options.host = fields.text("host", options.host);
  options.port = static_cast<std::uint16_t>(fields.whole("port", options.port));
  options.base_path = clean_base_path(fields.text("base_path", options.base_path));
  options.folder = fields.text("folder", options.folder);
  options.access_token = fields.text("access_token", "");
  options.accept_license_terms = fields.flag("accept_license_terms", false);
  check_host(options.host);
  if (options.access_token.find_first_not_of(kWord) != std::string::npos)
    throw InputError("'access_token' may hold letters, digits, '-' and '_'");
  return options;
}

}  // namespace collet::vscode
