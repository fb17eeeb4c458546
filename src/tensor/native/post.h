// The post office of one rank: runs exchanges at once, or hands them to a helper thread that works
// through them in the order of asking while the caller computes.
#pragma once
#include <pthread.h>

#include <deque>
#include <memory>

#include "exchange.h"

enum class State { waiting, done, lost };

struct Job {
  Exchange exchange;
  State state = State::waiting;
  /** How long the helper thread was at it. */
  double duration_s = 0;
  int ticket = 0;
};

inline double clock_s() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class Post {
 public:
  Post(char* memory, size_t bytes, int rank, int rank_count)
      : memory_(memory, rank_count), mover_(memory_, rank), start_(memory), bytes_(bytes),
        rank_(rank), rank_count_(rank_count), parent_(getppid()) {
    pthread_mutex_init(&mutex_, nullptr);
    pthread_cond_init(&changed_, nullptr);
    cpu_set_t cores;
    const bool knows = sched_getaffinity(0, sizeof cores, &cores) == 0;
    // With a core for each rank an answer comes sooner than a sleep; else others need the core.
    spins_ = knows && CPU_COUNT(&cores) >= rank_count ? 2000 : 20;
  }

  int rank() const { return rank_; }
  int rank_count() const { return rank_count_; }

  /** Until all has moved; false when the parent has ended, or this office has closed. */
  bool run(Exchange& job) {
    Bell& bell = memory_.bell(rank_, job.lane);
    int idle = 0;
    while (!Mover::is_done(job)) {
      // Read first: whatever rings from here on ends the sleep below at once.
      const uint32_t rung = bell.rings.load();
      if (mover_.progress(job)) {
        idle = 0;
      } else if (idle < spins_) {
        idle++;
        pause();
      } else {
        sleep_until_rung(bell, rung);
        if (is_closing_.load() || getppid() != parent_) return false;
      }
    }
    return true;
  }

  void send_later(int peer, const char* data, size_t bytes) {
    mover_.send_later(peer, data, bytes);
  }

  /** Starts the helper thread at the first call. The ticket, or 0 where there is no thread. */
  int hand_over(std::unique_ptr<Job> job) {
    pthread_mutex_lock(&mutex_);
    if (!has_helper_) has_helper_ = pthread_create(&helper_, nullptr, help, this) == 0;
    const int ticket = has_helper_ ? ++tickets_ : 0;
    if (ticket > 0) {
      job->ticket = ticket;
      job->exchange.lane = 1;
      jobs_.push_back(std::move(job));
      pthread_cond_broadcast(&changed_);
    }
    pthread_mutex_unlock(&mutex_);
    return ticket;
  }

  /** Waits for a job that was handed over; null for a ticket there is not. */
  std::unique_ptr<Job> finish(int ticket) {
    pthread_mutex_lock(&mutex_);
    size_t index = 0;
    while (index < jobs_.size() && jobs_[index]->ticket != ticket) index++;
    std::unique_ptr<Job> found;
    if (index < jobs_.size()) {
      // Jobs before this one may be fetched first by nobody else: one thread asks.
      while (jobs_[index]->state == State::waiting) pthread_cond_wait(&changed_, &mutex_);
      found = std::move(jobs_[index]);
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
    }
    pthread_mutex_unlock(&mutex_);
    return found;
  }

  ~Post() {
    pthread_mutex_lock(&mutex_);
    is_closing_.store(true);
    pthread_cond_broadcast(&changed_);
    pthread_mutex_unlock(&mutex_);
    if (has_helper_) pthread_join(helper_, nullptr);
    pthread_cond_destroy(&changed_);
    pthread_mutex_destroy(&mutex_);
    munmap(start_, bytes_);
  }

 private:
  const SharedMemory memory_;
  Mover mover_;
  char* start_;
  size_t bytes_;
  const int rank_, rank_count_;
  const pid_t parent_;
  int spins_ = 0;
  std::atomic<bool> is_closing_{false};
  pthread_mutex_t mutex_;
  pthread_cond_t changed_;
  pthread_t helper_{};
  bool has_helper_ = false;
  int tickets_ = 0;
  std::deque<std::unique_ptr<Job>> jobs_;

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  static void* help(void* post) {
    static_cast<Post*>(post)->help();
    return nullptr;
  }

  void help() {
    pthread_mutex_lock(&mutex_);
    while (!is_closing_.load()) {
      Job* next = nullptr;
      for (const auto& job : jobs_) {
        if (job->state == State::waiting) {
          next = job.get();
          break;
        }
      }
      if (next == nullptr) {
        pthread_cond_wait(&changed_, &mutex_);
        continue;
      }
      pthread_mutex_unlock(&mutex_);
      const double start_s = clock_s();
      const bool is_done = run(next->exchange);
      const double end_s = clock_s();
      pthread_mutex_lock(&mutex_);
      next->duration_s = end_s - start_s;
      next->state = is_done ? State::done : State::lost;
      pthread_cond_broadcast(&changed_);
    }
    for (const auto& job : jobs_) {
      if (job->state == State::waiting) job->state = State::lost;
    }
    pthread_mutex_unlock(&mutex_);
  }
};
