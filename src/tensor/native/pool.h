// Threads that wait for work: each spins for a moment, since the next op mostly comes within
// microseconds, then sleeps, since spinning on a core that others need slows down everybody.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

class Pool {
 public:
  /** So many threads, that of the caller included. */
  explicit Pool(int threads) : threads_(threads < 1 ? 1 : threads) {}
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return threads_; }

  /** The threads start with the first work for them. */
  void resize(int threads) {
    if (threads == threads_) return;
    stop();
    threads_ = threads < 1 ? 1 : threads;
  }

  /** f(part, thread) for each part, in any order and thread; returns when all are done. */
  template <class F>
  void run(int parts, F f) {
    if (threads_ == 1 || parts <= 1) {
      for (int part = 0; part < parts; part++) f(part, 0);
      return;
    }
    start();
    task_ = [](void* context, int part, int thread) { (*static_cast<F*>(context))(part, thread); };
    context_ = &f;
    finished_.store(0, std::memory_order_relaxed);
    parts_ = parts;
    // Sequentially consistent, so that either we see a sleeper or it sees the work.
    work_.store((++round_ << 32) | static_cast<uint64_t>(parts));
    if (sleepers_.load() > 0) wake(work_changed_);
    take(0);
    await([this] { return finished_.load(std::memory_order_acquire) == parts_; }, waits_,
          all_finished_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::microseconds SPIN_MAX{50};

  int threads_;
  std::vector<std::thread> workers_;
  void (*task_)(void*, int, int) = nullptr;
  void* context_ = nullptr;
  int parts_ = 0;
  /** The round in the upper half, how many of its parts nobody has taken in the lower. */
  std::atomic<uint64_t> work_{0};
  uint64_t round_ = 0;
  std::atomic<int> finished_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<int> waits_{0};
  std::atomic<bool> ends_{false};
  std::mutex mutex_;
  std::condition_variable work_changed_, all_finished_;

  void start() {
    for (int i = static_cast<int>(workers_.size()) + 1; i < threads_; i++)
      workers_.emplace_back([this, i] { work(i); });
  }

  void stop() {
    ends_.store(true);
    wake(work_changed_);
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    ends_.store(false);
  }

  void work(int thread) {
    while (true) {
      await([this] { return ends_.load() || (work_.load() & UINT32_MAX) != 0; }, sleepers_,
            work_changed_);
      if (ends_.load()) return;
      take(thread);
    }
  }

  /** Takes parts until there are none. A part taken keeps its round from ending. */
  void take(int thread) {
    uint64_t work = work_.load();
    while ((work & UINT32_MAX) != 0) {
      if (!work_.compare_exchange_weak(work, work - 1)) continue;
      const int part = static_cast<int>((work & UINT32_MAX) - 1), parts = parts_;
      task_(context_, part, thread);
      if (finished_.fetch_add(1) + 1 == parts && waits_.load() > 0) wake(all_finished_);
      work = work_.load();
    }
  }

  /** Until `holds`: a moment awake, then asleep and counted as such. */
  template <class Condition>
  void await(Condition holds, std::atomic<int>& asleep, std::condition_variable& changed) {
    const auto end = Clock::now() + SPIN_MAX;
    do {
      for (int i = 0; i < 64; i++) {
        if (holds()) return;
        pause();
      }
    } while (Clock::now() < end);
    std::unique_lock<std::mutex> lock(mutex_);
    asleep.fetch_add(1);
    changed.wait(lock, holds);
    asleep.fetch_sub(1);
  }

  void wake(std::condition_variable& changed) {
    // Whoever is between asking and sleeping holds the mutex.
    { std::lock_guard<std::mutex> lock(mutex_); }
    changed.notify_all();
  }

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
};
