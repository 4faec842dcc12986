#include "desktop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "collet/testing/fake_host.hpp"
#include "collet/testing/temporary_folder.hpp"
#include "common/testing/wait_until.hpp"

namespace collet::desktop {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using testing::wait_until;

// Each notes how it was called. The X server "listens" by making the files; the display is one that no real
// server has.
constexpr const char* kXServer = R"(#!/bin/sh
echo "$@" > "$HERE/x"
while [ $# -gt 1 ]; do [ "$1" = -rfbunixpath ] && socket=$2; shift; done
touch "$socket" "$HERE/x-ran"
exec sleep 1000
)";
constexpr const char* kSession = R"(#!/bin/sh
echo "$DISPLAY $XAUTHORITY" > "$HERE/session"
exec sleep 1000
)";
constexpr const char* kWebsockify = R"(#!/bin/sh
echo "$@" > "$HERE/web.new"; mv "$HERE/web.new" "$HERE/web"
exec sleep 1000
)";

class DesktopTest : public ::testing::Test {
 protected:
  DesktopTest() {
    fake_.allow_processes();
    fs::create_directories(folder_ / "state");
    options_.port = 0;
    programs_.x_server = script("Xvnc", kXServer);
    programs_.session = {script("wm", kSession)};
    programs_.websockify = script("websockify", kWebsockify);
  }
  std::string script(const std::string& name, std::string text) {
    text.insert(text.find('\n') + 1, "HERE='" + folder_.path() + "'\n");
    auto file = folder_.write(name, text);
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }
  std::unique_ptr<Desktop> desktop() {
    return std::make_unique<Desktop>(host_, options_, programs_, folder_.path() + "/state", folder_.path());
  }
  bool there(const std::string& name) const { return fs::exists(folder_ / name); }
  std::string token() const { return folder_.read("state/tokens").substr(0, 64); }

  testing::TemporaryFolder folder_;
  testing::FakeHost fake_;
  Host host_{&fake_.table()};
  Options options_;
  DesktopPrograms programs_;
};

TEST_F(DesktopTest, nobody_else_gets_in) {
  const auto desktop = this->desktop();
  EXPECT_EQ(desktop->address("").url, "");
  desktop->start();
  ASSERT_TRUE(wait_until([&] { return there("x-ran") && there("web"); }));
  const std::string x = folder_.read("x"), web = folder_.read("web");
  EXPECT_THAT(x, HasSubstr("-rfbport -1"));
  EXPECT_THAT(x, HasSubstr("-nolisten tcp"));
  EXPECT_THAT(x, HasSubstr("-rfbunixmode 384"));
  EXPECT_THAT(x, HasSubstr("-auth " + folder_.path() + "/state/xauthority"));
  EXPECT_THAT(web, HasSubstr("--token-plugin=ReadOnlyTokenFile"));
  EXPECT_THAT(web, HasSubstr(" 127.0.0.1:"));
  EXPECT_THAT(web, Not(HasSubstr(token())));
  for (const char* name : {"state/xauthority", "state/tokens"})
    EXPECT_EQ(fs::status(folder_ / name).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(DesktopTest, the_address_has_the_token_behind_the_fragment) {
  const auto desktop = this->desktop();
  desktop->start();
  ASSERT_TRUE(wait_until([&] { return !desktop->address("").url.empty(); }));
  EXPECT_THAT(desktop->address("").url,
              MatchesRegex("http://127.0.0.1:[0-9]+/vnc.html\\?autoconnect=1&resize=remote"
                           "#path=websockify%3Ftoken%3D[0-9a-f]{64}"));
  EXPECT_THAT(desktop->address("https://there/").url, StartsWith("https://there/vnc.html?autoconnect=1"));
  EXPECT_THAT(desktop->address("").url, HasSubstr(token()));
  EXPECT_THAT(folder_.read("state/tokens"), HasSubstr(": unix_socket:" + folder_.path() + "/state/vnc\n"));
  desktop->stop();
  EXPECT_EQ(desktop->address("").url, "");
}

TEST_F(DesktopTest, what_it_lacks_while_running_is_said) {
  programs_.x_server = script("broken", "#!/bin/sh\necho 'Error: no memory'; exit 3\n");
  const auto desktop = this->desktop();
  desktop->start();
  ASSERT_TRUE(
      wait_until([&] { return desktop->address("").problem.find("ended with 3") != std::string::npos; }));
  EXPECT_THAT(desktop->address("").problem, HasSubstr("Error: no memory"));
}

TEST_F(DesktopTest, a_state_folder_that_sockets_cannot_be_in_is_said) {
  const std::string deep = folder_.path() + "/" + std::string(100, 'd');
  fs::create_directories(deep);
  Desktop desktop(host_, options_, programs_, deep, folder_.path());
  desktop.start();
  EXPECT_THAT(desktop.address("").problem, HasSubstr("too long for a socket"));
}

}  // namespace
}  // namespace collet::desktop
