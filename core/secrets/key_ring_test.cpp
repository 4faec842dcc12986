#include "secrets/key_ring.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

namespace collet::secrets {
namespace {

namespace fs = std::filesystem;

class KeyRingTest : public ::testing::Test {
 protected:
  std::string text() const {
    std::ifstream in(folder / "secret.key");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void replace(const std::string& content) {
    fs::remove(folder / "secret.key");
    std::ofstream(folder / "secret.key") << content;
    fs::permissions(folder / "secret.key", fs::perms::owner_read | fs::perms::owner_write);
  }
  collet::testing::TemporaryFolder temporary;
  fs::path folder = temporary.path();
};

TEST_F(KeyRingTest, FirstStart_MakesAFileThatOnlyWeRead) {
  auto ring = KeyRing::open(folder, std::nullopt);
  ASSERT_TRUE(ring.ok()) << ring.error().message;
  struct stat info {};
  ASSERT_EQ(::stat((folder / "secret.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(KeyRing::open(folder, "")->id(), ring->id());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "a draft was left behind";
  EXPECT_EQ(ring->id().size(), 8U);
}

TEST_F(KeyRingTest, DamagedFile_IsAnErrorAndStays) {
  ASSERT_TRUE(KeyRing::open(folder, std::nullopt).ok());
  const auto good = text();
  auto flipped = good;
  flipped[20] = flipped[20] == 'a' ? 'b' : 'a';
  for (const auto& bad :
       {std::string(), good.substr(0, 40), good + "x", flipped, std::string(good.size(), 'z')}) {
    replace(bad);
    auto ring = KeyRing::open(folder, std::nullopt);
    ASSERT_FALSE(ring.ok());
    EXPECT_NE(ring.error().message.find("secret.key"), std::string::npos);
    EXPECT_EQ(text(), bad);
  }
  replace(good);
  EXPECT_TRUE(KeyRing::open(folder, std::nullopt).ok());
}

TEST_F(KeyRingTest, FileOpenToOthers_IsAnError) {
  ASSERT_TRUE(KeyRing::open(folder, std::nullopt).ok());
  fs::permissions(folder / "secret.key", fs::perms::group_read, fs::perm_options::add);
  EXPECT_FALSE(KeyRing::open(folder, std::nullopt).ok());
}

TEST_F(KeyRingTest, SymbolicLink_IsNotFollowed) {
  fs::create_symlink("/dev/zero", folder / "secret.key");
  EXPECT_FALSE(KeyRing::open(folder, std::nullopt).ok());
  fs::remove(folder / "secret.key");
  fs::create_symlink(folder / "elsewhere", folder / "secret.key");
  EXPECT_FALSE(KeyRing::open(folder, std::nullopt).ok());
}

TEST_F(KeyRingTest, ManyFirstStartsAtOnce_AgreeOnOneKey) {
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (auto& id : ids) threads.emplace_back([&] { id = KeyRing::open(folder, std::nullopt)->id(); });
  for (auto& thread : threads) thread.join();
  for (const auto& id : ids) EXPECT_EQ(id, ids[0]);
}

TEST_F(KeyRingTest, KeyFile_HasTokensToo) {
  const auto ring = KeyRing::open(folder, std::nullopt);
  const auto token = ring->fernet_encrypt("x");
  EXPECT_TRUE(token.starts_with("gAAAAA"));
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->fernet_decrypt(token).value(), "x");
  EXPECT_FALSE(KeyRing::open(folder, "another")->fernet_decrypt(token).ok());
}

TEST_F(KeyRingTest, Change_IsSettledByWhatTheDatabaseSays) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  const auto next = KeyRing::make_next(folder)->id();
  EXPECT_NE(next, before);
  ASSERT_TRUE(KeyRing::settle_next(folder, before).ok()) << "broken off before the commit";
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);

  const auto again = KeyRing::make_next(folder)->id();
  ASSERT_TRUE(KeyRing::settle_next(folder, again).ok()) << "broken off after the commit";
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), again);
  ASSERT_TRUE(KeyRing::settle_next(folder, again).ok()) << "nothing to settle";
}

TEST_F(KeyRingTest, Change_KeepsTheOldKeyFile) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  const auto old_text = text();
  const auto next = KeyRing::make_next(folder)->id();
  ASSERT_TRUE(KeyRing::adopt_next(folder, before).ok());
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), next);
  std::ifstream in(folder / ("secret.key." + before));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), old_text);
}

TEST_F(KeyRingTest, EnvironmentSecret_NeedsNoFile) {
  auto ring = KeyRing::open(folder, "from the environment");
  ASSERT_TRUE(ring.ok());
  EXPECT_TRUE(fs::is_empty(folder));
  EXPECT_EQ(ring->id(), KeyRing::open(folder, "from the environment")->id());
  EXPECT_NE(ring->id(), KeyRing::open(folder, "another")->id());
  EXPECT_NE(ring->derive("a").bytes(), ring->derive("b").bytes());
}

}  // namespace
}  // namespace collet::secrets
