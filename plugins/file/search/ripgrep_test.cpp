#include "search/ripgrep.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "collet/host.hpp"
#include "collet/testing/fake_host.hpp"
#include "collet/testing/temporary_folder.hpp"

namespace collet::file {
namespace {

using std::chrono::seconds;

class Ripgrep : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("rg --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "ripgrep (rg) is not installed";
    host_.allow_processes();
    std::ofstream(folder_.path() + "/f") << "some text {\n";
  }
  RipgrepEnd run(const std::string& pattern, seconds patience = seconds(60)) {
    const Host host(&host_.table());
    return run_ripgrep(host.processes(), folder_.path(), pattern, std::nullopt,
                       {std::chrono::steady_clock::now() + patience},
                       [this](const std::string& path) { found_ += path + "\n"; });
  }
  testing::FakeHost host_;
  testing::TemporaryFolder folder_;
  std::string found_;
};

TEST_F(Ripgrep, TellsWhatItFinds) {
  for (const auto* pattern : {"TEXT", R"(\w+\s\w+)", "text {", R"(\"?some\b)", "[[]?text", ""}) {
    found_.clear();
    EXPECT_EQ(run(pattern), RipgrepEnd::kDone) << pattern;
    EXPECT_EQ(found_, folder_.path() + "/f\n") << pattern;
  }
  found_.clear();
  EXPECT_EQ(run("none"), RipgrepEnd::kDone);
  EXPECT_EQ(found_, "");
}

TEST_F(Ripgrep, FailsForWhatItDoesNotTake) { EXPECT_EQ(run("(unclosed"), RipgrepEnd::kFailed); }

TEST_F(Ripgrep, EndsWithTheLimits) { EXPECT_EQ(run("text", seconds(0)), RipgrepEnd::kLimits); }

TEST(RipgrepMissing, Fails) {
  const testing::FakeHost host;  // starts no processes
  EXPECT_EQ(run_ripgrep(Host(&host.table()).processes(), "/", "x", std::nullopt,
                        {std::chrono::steady_clock::now() + seconds(60)}, [](const std::string&) {}),
            RipgrepEnd::kFailed);
}

}  // namespace
}  // namespace collet::file
