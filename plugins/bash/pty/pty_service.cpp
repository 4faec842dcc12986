#include "pty/pty_service.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace collet::bash {
namespace {

constexpr std::chrono::milliseconds kTidyEvery{5'000};

}  // namespace

PtyService::PtyService(std::shared_ptr<EventLoop> loop, Launcher& launcher, Sessions sessions, Limits limits)
    : loop_(std::move(loop)), launcher_(launcher), sessions_(sessions), limits_(limits) {
  loop_->post([this] { tidy(); });
}

PtyService::~PtyService() {
  loop_->run([this] {
    loop_->cancel(tidy_timer_);
    all_.clear();
  });
}

PtyInfo PtyService::open(PtyRequest request) {
  PtyInfo info;
  std::exception_ptr failure;
  loop_->run([&] {
    try {
      const auto running = std::count_if(all_.begin(), all_.end(),
                                         [](const auto& entry) { return !entry.second.session->ended(); });
      if (static_cast<std::size_t>(running) >= limits_.open) throw TooMany();
      auto session = PtySession::start(loop_, launcher_, sessions_, std::move(request), limits_.session);
      info = session->info();
      all_[info.id] = {std::move(session), ++last_number_};
    } catch (...) {
      failure = std::current_exception();
    }
  });
  if (failure) std::rethrow_exception(failure);
  return info;
}

std::vector<PtyInfo> PtyService::list() const {
  std::vector<std::pair<std::uint64_t, PtyInfo>> found;
  loop_->run([&] {
    for (const auto& [id, entry] : all_) found.emplace_back(entry.number, entry.session->info());
  });
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<PtyInfo> infos;
  infos.reserve(found.size());
  for (auto& [number, info] : found) infos.push_back(std::move(info));
  return infos;
}

std::optional<PtyInfo> PtyService::find(const std::string& id) const {
  std::optional<PtyInfo> info;
  with(id, [&](const PtySession& session) { info = session.info(); });
  return info;
}

bool PtyService::remove(const std::string& id) {
  bool removed = false;
  loop_->run([&] {
    const auto found = all_.find(id);
    if (found == all_.end()) return;
    found->second.session->close_viewers();
    all_.erase(found);
    removed = true;
  });
  return removed;
}

bool PtyService::with(const std::string& id, const std::function<void(PtySession&)>& work) const {
  bool there = false;
  loop_->run([&] {
    const auto found = all_.find(id);
    if (found == all_.end()) return;
    there = true;
    work(*found->second.session);
  });
  return there;
}

// Ends those that nobody has watched for long, and forgets those that ended long ago.
void PtyService::tidy() {
  const auto now = EventLoop::Clock::now();
  const auto old = now_micros() - std::chrono::microseconds(limits_.kept).count();
  std::vector<std::pair<Micros, std::string>> ended;
  for (const auto& [id, entry] : all_) {
    const auto unseen = entry.session->unseen_since();
    if (const auto at = entry.session->info().ended)
      ended.emplace_back(*at, id);
    else if (unseen && now - *unseen > limits_.unseen)
      entry.session->end();
  }
  std::sort(ended.begin(), ended.end());
  for (std::size_t i = 0; i < ended.size(); ++i)
    if (ended[i].first < old || ended.size() - i > limits_.ended) all_.erase(ended[i].second);
  tidy_timer_ = loop_->after(kTidyEvery, [this] { tidy(); });
}

}  // namespace collet::bash
