#include "secrets/key_ring.hpp"
#include "collet/testing/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

namespace collet::secrets {
namespace {

namespace fs = std::filesystem;

class KeyRingTest : public ::testing::Test {
 protected:
  std::string text(const std::string& name = "secret.key") const { return temporary.read(name); }
  void write(const std::string& name, const std::string& content) {
    fs::remove(folder / name);
    fs::permissions(temporary.write(name, content), fs::perms::owner_read | fs::perms::owner_write);
  }
  bool settle(const std::string& recorded_id, const std::optional<std::string>& environment = {}) {
    return KeyRing::settle_next(folder, environment, recorded_id).ok();
  }
  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder), {}); }
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
  EXPECT_EQ(files(), 1) << "a draft was left behind";
  EXPECT_EQ(ring->id().size(), 8U);
}

TEST_F(KeyRingTest, DamagedFile_IsAnErrorAndStays) {
  ASSERT_TRUE(KeyRing::open(folder, std::nullopt).ok());
  const auto good = text();
  auto flipped = good;
  flipped[20] = flipped[20] == 'a' ? 'b' : 'a';
  for (const auto& bad :
       {std::string(), good.substr(0, 40), good + "x", flipped, std::string(good.size(), 'z')}) {
    write("secret.key", bad);
    auto ring = KeyRing::open(folder, std::nullopt);
    ASSERT_FALSE(ring.ok());
    EXPECT_NE(ring.error().message.find("secret.key"), std::string::npos);
    EXPECT_EQ(text(), bad);
  }
  write("secret.key", good);
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
  // Botan opens its generator at the first use; the thread sanitizer doesn't see that it does so once.
  ASSERT_TRUE(KeyRing::open(folder / "first", std::nullopt).ok());
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
  ASSERT_TRUE(settle(before)) << "broken off before the commit";
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), before);
  EXPECT_EQ(files(), 1);

  const auto again = KeyRing::make_next(folder)->id();
  ASSERT_TRUE(settle(again)) << "broken off after the commit";
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), again);
  ASSERT_TRUE(settle(again)) << "nothing to settle";
}

TEST_F(KeyRingTest, DraftsOfAKilledChange_AreSwept) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  write("secret.key.next.01234567-89ab-4cde-8f01-23456789abcd", text());
  write("secret.key.next.by-hand", text());
  ASSERT_TRUE(settle(before));
  EXPECT_EQ(files(), 2) << "the key file, and what is none of ours";
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), before);
}

TEST_F(KeyRingTest, TruncatedNextFile_IsDroppedWhileTheOldKeyIsInForce) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  const auto from_environment = KeyRing::open(folder, "the secret")->id();
  const std::string cut = text().substr(0, 40);
  write("secret.key.next", cut);
  EXPECT_TRUE(settle(before)) << "by the key file";
  EXPECT_EQ(files(), 1);
  write("secret.key.next", cut);
  EXPECT_TRUE(settle(from_environment, "the secret")) << "by the environment";
  EXPECT_EQ(files(), 1);
  write("secret.key.next", cut);
  EXPECT_TRUE(settle("")) << "nothing is sealed yet";
  EXPECT_EQ(files(), 1);
  write("secret.key.next", cut);
  EXPECT_FALSE(settle("12345678")) << "it may have been the database's key";
  EXPECT_EQ(files(), 2);
}

TEST_F(KeyRingTest, MakeNext_ThatFindsTheDiskFull_LeavesNothingBehind) {
  ASSERT_TRUE(KeyRing::open(folder, std::nullopt).ok());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{.rlim_cur = 40, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const bool made = KeyRing::make_next(folder).ok();
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(made);
  EXPECT_EQ(files(), 1);
  EXPECT_TRUE(KeyRing::make_next(folder).ok());
  EXPECT_EQ(files(), 2);
}

TEST_F(KeyRingTest, Change_KeepsTheOldKeyFileUnderItsId) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  const auto old_text = text();
  const auto next = KeyRing::make_next(folder)->id();
  EXPECT_EQ(KeyRing::adopt_next(folder).value(), folder / ("secret.key." + before));
  EXPECT_EQ(KeyRing::open(folder, std::nullopt)->id(), next);
  EXPECT_EQ(text("secret.key." + before), old_text);

  fs::remove(folder / "secret.key");
  ASSERT_TRUE(KeyRing::make_next(folder).ok());
  EXPECT_EQ(KeyRing::adopt_next(folder).value(), "") << "there was none";
}

TEST_F(KeyRingTest, Change_BrokenOffAfterKeeping_KeepsOneCopy) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  fs::create_hard_link(folder / "secret.key", folder / ("secret.key." + before));
  ASSERT_TRUE(KeyRing::make_next(folder).ok());
  EXPECT_EQ(KeyRing::adopt_next(folder).value(), folder / ("secret.key." + before));
  EXPECT_EQ(files(), 2);
}

TEST_F(KeyRingTest, Change_NeverReplacesAKeptFile) {
  const auto before = KeyRing::open(folder, std::nullopt)->id();
  const auto old_text = text();
  write("secret.key." + before, "another's");
  ASSERT_TRUE(KeyRing::make_next(folder).ok());
  const auto kept = KeyRing::adopt_next(folder).value();
  EXPECT_EQ(text(kept.filename()), old_text);
  EXPECT_EQ(text("secret.key." + before), "another's");

  write("secret.key", "damaged");
  ASSERT_TRUE(KeyRing::make_next(folder).ok());
  EXPECT_EQ(text(KeyRing::adopt_next(folder)->filename()), "damaged");
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
