// The kernels of one environment, its threads and their memory: which thread computes what.
// Parts are cut so that no bit depends on the number of threads: where a sum goes over the parts,
// their size is fixed, and they are added in their order.
#pragma once
#include <cstdlib>
#include <vector>

#include "kernels.h"
#include "pool.h"

using MatmulKernel = decltype(Kernels::matmul);

class Engine {
 public:
  const Kernels* kernels;

  explicit Engine(const Kernels* chosen) : kernels(chosen), pool_(1), scratch_(1, Scratch{}) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() {
    for (const Scratch& scratch : scratch_) {
      std::free(scratch.left);
      std::free(scratch.right);
      std::free(scratch.scores);
    }
  }

  int threads() const { return pool_.threads(); }
  void use_threads(int threads) { pool_.resize(threads); }

  /** Memory for all threads, before work is handed to them; false if there is none. */
  bool prepare(long score_count) {
    if (scratch_.size() < static_cast<size_t>(threads())) scratch_.resize(threads(), Scratch{});
    bool fits = true;
    for (Scratch& s : scratch_) {
      fits = fits && grown(s.left, s.left ? 0 : BLOCK_ROWS_MAX * PANEL_DEPTH + PACKING_SURPLUS) &&
             grown(s.right, s.right ? 0 : PANEL_DEPTH * PANEL_COLUMNS + PACKING_SURPLUS) &&
             grown(s.scores, s.scoreCount >= score_count ? 0 : score_count);
      if (fits && s.scoreCount < score_count) s.scoreCount = score_count;
    }
    return fits;
  }

  /** f(first, count) for pieces of a range; `weight` is the work of one in element operations. */
  template <class F>
  void pieces(long count, long weight, long multiple, F f) {
    const long units = (count + multiple - 1) / multiple;
    const long most = weight > 0 ? count * weight / PIECE_WORK : 1;
    const long wanted = threads() == 1 ? 1 : most < 2L * threads() ? most : 2L * threads();
    const long parts = wanted < 1 ? 1 : wanted > units ? units : wanted;
    if (parts <= 1) return f(0, count);
    pool_.run(static_cast<int>(parts), [&](int part, int) {
      const long first = units * part / parts * multiple;
      const long end = part + 1 == parts ? count : units * (part + 1) / parts * multiple;
      if (end > first) f(first, end - first);
    });
  }

  /** The sum of f(first, count) over pieces of `size`, always the same ones. */
  template <class F>
  double sum(long count, long size, F f) {
    const long parts = (count + size - 1) / size;
    if (parts <= 1) return f(0, count);
    std::vector<double> sums(parts);
    pieces(parts, count / parts, 1, [&](long part, long number) {
      for (long i = part; i < part + number; i++)
        sums[i] = f(i * size, i + 1 == parts ? count - i * size : size);
    });
    double all = 0;
    for (const double each : sums) all += each;
    return all;
  }

  /** By `kernel`, which is that of fp32 or of bf16. */
  void matmul(MatmulKernel kernel, const float* a, const float* b, float* c, const float* bias,
              const MatmulShape& s) {
    const Grid grid = grid_of(s);
    pool_.run(static_cast<int>(grid.items * grid.rows * grid.columns), [&](int part, int thread) {
      const long column = part % grid.columns, row = part / grid.columns % grid.rows;
      const long item = part / grid.columns / grid.rows;
      const MatmulPart p = {cut(s.batch, grid.items, item, 1),
                            cut(s.batch, grid.items, item + 1, 1),
                            cut(s.m, grid.rows, row, ROWS_MULTIPLE),
                            cut(s.m, grid.rows, row + 1, ROWS_MULTIPLE),
                            cut(s.n, grid.columns, column, COLUMNS_MULTIPLE),
                            cut(s.n, grid.columns, column + 1, COLUMNS_MULTIPLE)};
      kernel(&scratch_[thread], a, b, c, bias, &s, &p);
    });
  }

  /** f(scratch, head, headEnd), heads counted through all sequences. */
  template <class F>
  void heads(const AttentionShape& s, F f) {
    const long count = s.batch * s.heads;
    const double work = 1.0 * count * s.tokens * s.tokens * s.headSize;
    const long parts = threads() == 1 || work < MATMUL_WORK ? 1 : count;
    pool_.run(static_cast<int>(parts), [&](int part, int thread) {
      f(&scratch_[thread], count * part / parts, count * (part + 1) / parts);
    });
  }

 private:
  /** Below this a second thread is not worth its call: about 10 µs of work. */
  static const long PIECE_WORK = 1 << 15;
  static constexpr double MATMUL_WORK = 1 << 19;
  /** Whole tiles for every instruction set. */
  static const long ROWS_MULTIPLE = 24, COLUMNS_MULTIPLE = 32;

  Pool pool_;
  std::vector<Scratch> scratch_;

  struct Grid {
    long items, rows, columns;
  };

  /** Copies of the operands cost time, so the parts share as much of them as they can. */
  Grid grid_of(const MatmulShape& s) const {
    const double work = 1.0 * s.batch * s.m * s.n * s.k;
    long parts = threads();
    if (work / parts < MATMUL_WORK) parts = static_cast<long>(work / MATMUL_WORK);
    if (threads() == 1 || parts <= 1) return {1, 1, 1};
    // With something left over for whoever is faster.
    if (work > 128 * MATMUL_WORK * parts) parts *= 2;
    if (s.batch >= parts) return {parts, 1, 1};
    Grid best = {1, 1, 1};
    double least = -1;
    for (long rows = 1; rows <= parts; rows++) {
      if (parts % rows != 0) continue;
      const long columns = parts / rows;
      if (rows > units(s.m, ROWS_MULTIPLE) || columns > units(s.n, COLUMNS_MULTIPLE)) continue;
      const double copied = 1.0 * columns * s.m * s.k + 1.0 * rows * s.k * s.n;
      if (least < 0 || copied < least) best = {1, rows, columns};
      if (least < 0 || copied < least) least = copied;
    }
    return best;
  }

  static long units(long count, long multiple) { return (count + multiple - 1) / multiple; }

  static long cut(long count, long parts, long part, long multiple) {
    const long at = part == parts ? count : units(count, multiple) * part / parts * multiple;
    return at < count ? at : count;
  }

  static bool grown(float*& memory, long count) {
    if (count == 0) return true;
    std::free(memory);
    void* fresh = nullptr;
    const bool fits = posix_memalign(&fresh, 64, count * sizeof(float)) == 0;
    memory = fits ? static_cast<float*>(fresh) : nullptr;
    return fits;
  }
};
