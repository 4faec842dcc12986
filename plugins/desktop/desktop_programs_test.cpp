#include "desktop_programs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "collet/testing/temporary_folder.hpp"

namespace collet::desktop {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DesktopProgramsTest : public ::testing::Test {
 protected:
  DesktopProgramsTest() { options_.web = folder_.path(); }
  void install(const std::string& name) { fs::permissions(folder_.write(name, ""), fs::perms::owner_all); }
  DesktopPrograms find() { return find_programs(options_, folder_.path()); }

  testing::TemporaryFolder folder_;
  Options options_;
};

TEST_F(DesktopProgramsTest, names_all_that_is_missing_and_where_it_comes_from) {
  EXPECT_THAT(find().missing, ElementsAre(HasSubstr("tigervnc-standalone-server"), HasSubstr("websockify"),
                                          HasSubstr("(novnc)"), HasSubstr("openbox")));
}

TEST_F(DesktopProgramsTest, takes_what_is_there) {
  for (const char* name : {"Xvnc", "websockify", "vnc.html", "icewm-session"}) install(name);
  EXPECT_THAT(find().missing, IsEmpty());
  EXPECT_EQ(find().x_server, folder_.path() + "/Xvnc");
  EXPECT_THAT(find().session, ElementsAre(folder_.path() + "/icewm-session"));
  install("openbox");
  EXPECT_THAT(find().session, ElementsAre(folder_.path() + "/openbox"));
}

TEST_F(DesktopProgramsTest, the_configured_session_must_be_there) {
  for (const char* name : {"Xtigervnc", "websockify", "vnc.html", "openbox"}) install(name);
  options_.session = {"my-session", "--quiet"};
  EXPECT_THAT(find().missing, ElementsAre("my-session"));
  install("my-session");
  EXPECT_THAT(find().session, ElementsAre("my-session", "--quiet"));
}

}  // namespace
}  // namespace collet::desktop
