// Runs every kernel of one instruction set on odd, empty and huge shapes and compares it with the
// plainest loop there is. Compiled with sanitizers and without Node by test/native/native.test.ts:
// each array is allocated with exactly its length, so that a stray access is seen.
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "../../src/tensor/native/engine.h"
#include "../../src/tensor/native/kernels.h"

#include "expected.h"

/** The test compiles the kernels under this name, with the flags of one instruction set. */
extern "C" const Kernels* fabricast_kernels_tested();

namespace {

int failures = 0;

/** Largest difference relative to the largest entry; says where it is more than rounding. */
void expect(const std::string& what, const Floats& found, const Doubles& wanted) {
  double most = 0, difference = 0;
  for (size_t i = 0; i < found.count; i++) {
    most = std::fmax(most, std::fabs(wanted[i]));
    const double error = std::fabs(found[i] - wanted[i]);
    difference = error > difference || std::isnan(error) ? error : difference;
  }
  if (difference <= 1e-5 * most) return;
  std::printf("%s differs by %g of %g\n", what.c_str(), difference, most);
  failures++;
}

std::string name_of(const char* op, std::initializer_list<long> sizes) {
  std::string name = op;
  for (const long size : sizes) name += " " + std::to_string(size);
  return name;
}

void check_matmul(Engine& engine, const MatmulShape& s, bool has_bias, bool rounds) {
  const Floats a = drawn(1, s.batch * s.m * s.k), b = drawn(2, s.batch * s.k * s.n);
  const Floats bias = drawn(3, s.n);
  Floats c = drawn(4, s.batch * s.m * s.n);
  const float* added = has_bias && !s.accumulates ? bias.get() : nullptr;
  const Doubles wanted = product(a, b, c, added, s, rounds);
  const MatmulKernel kernel = rounds ? engine.kernels->matmul_bf16 : engine.kernels->matmul;
  engine.matmul(kernel, a.get(), b.get(), c.get(), added, s);
  expect(name_of(rounds ? "matmul bf16" : "matmul", {s.batch, s.m, s.n, s.k}), c, wanted);
}

void check_products(Engine& engine) {
  const long sizes[][4] = {{1, 1, 1, 1},   {1, 0, 5, 3},    {1, 5, 0, 3},      {1, 5, 3, 0},
                           {0, 5, 3, 2},   {3, 7, 33, 5},   {1, 13, 31, 257},  {1, 50, 17, 300},
                           {2, 61, 97, 9}, {1, 251, 40, 3}, {1, 5, 2100, 11},  {1, 100, 50, 32},
                           {1, 3, 2, 9001}, {1, 193, 129, 65}, {1, 600, 190, 20}};
  for (const auto& [batch, m, n, k] : sizes) {
    for (int flags = 0; flags < 8; flags++) {
      const MatmulShape s = {batch, m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0};
      check_matmul(engine, s, flags % 3 == 0, false);
      if (m < 200 && n < 200) check_matmul(engine, s, flags % 3 == 0, true);
    }
  }
}

void check_elements(Engine& engine, long count) {
  const Kernels* k = engine.kernels;
  const Floats x = drawn(1, count, 3), d = drawn(2, count);
  Floats y(count);
  const auto each = [&](const char* op, auto f) {
    Doubles wanted(count);
    for (long i = 0; i < count; i++) wanted[i] = f(x[i], d[i]);
    expect(name_of(op, {count}), y, wanted);
  };
  k->add(count, x.get(), d.get(), y.get());
  each("add", [](double a, double b) { return a + b; });
  k->relu(count, x.get(), y.get());
  each("relu", [](double a, double) { return a > 0 ? a : 0; });
  k->relu_backward(count, x.get(), d.get(), y.get());
  each("relu_backward", [](double a, double b) { return a > 0 ? b : 0; });
  k->gelu(count, x.get(), y.get());
  each("gelu", [](double a, double) { return gelu(a); });
  k->gelu_backward(count, x.get(), d.get(), y.get());
  each("gelu_backward", [](double a, double b) { return b * gelu_slope(a); });
  const float share = 0.25f;
  k->squared_error_backward(count, share, x.get(), d.get(), y.get());
  each("squared_error_backward", [=](double a, double b) { return share * (a - b); });
  double squares = 0, errors = 0;
  for (long i = 0; i < count; i++) squares += x[i] * double(x[i]);
  for (long i = 0; i < count; i++) errors += (x[i] - double(d[i])) * (x[i] - double(d[i]));
  const Floats sums = {float(k->sum_of_squares(count, x.get())),
                       float(k->squared_error(count, x.get(), d.get()))};
  expect(name_of("sums of squares", {count}), sums, {squares, errors});
}

void check_optimizers(Engine& engine, long count) {
  const Floats g = drawn(2, count);
  Floats p = drawn(1, count), m(count), v(count), scaled = drawn(1, count);
  Floats q = drawn(1, count), velocity = drawn(3, count);
  const Floats before = drawn(3, count);
  const AdamStep s = adam_step(0.01, 0.9, 0.999, 1e-8, 0.9, 0.999);
  engine.kernels->adam(count, p.get(), g.get(), m.get(), v.get(), &s);
  engine.kernels->scale(count, scaled.get(), 0.5f);
  engine.kernels->momentum(count, q.get(), g.get(), velocity.get(), 0.1f, 0.9f);
  Doubles moved(count), halves(count), sped(count);
  const Floats start = drawn(1, count);
  for (long i = 0; i < count; i++) {
    // In the first step both moments are the gradient and its square, corrected.
    moved[i] = start[i] - 0.01 * g[i] / (std::fabs(g[i]) + 1e-8);
    halves[i] = start[i] / 2;
    sped[i] = start[i] - 0.1f * (double(0.9f) * before[i] + g[i]);
  }
  expect(name_of("adam", {count}), p, moved);
  expect(name_of("scale", {count}), scaled, halves);
  expect(name_of("momentum", {count}), q, sped);
}

void check_rows(Engine& engine, long rows, long columns) {
  const Kernels* k = engine.kernels;
  const Floats x = drawn(1, rows * columns, 3), d = drawn(2, rows * columns);
  const Floats scale = drawn(3, columns), shift = drawn(4, columns);
  Floats y(rows * columns), statistics(2 * rows), sums = drawn(5, columns);
  k->column_sums(rows, columns, columns, x.get(), sums.get());
  expect(name_of("column_sums", {rows, columns}), sums, column_sums(x, 5, rows, columns));
  if (columns == 0) return;
  k->softmax(rows, columns, x.get(), y.get());
  expect(name_of("softmax", {rows, columns}), y, softmax(x, rows, columns));
  const Floats probabilities = y;
  k->softmax_backward(rows, columns, probabilities.get(), d.get(), y.get());
  expect(name_of("softmax_backward", {rows, columns}), y,
         softmax_backward(probabilities, d, rows, columns));
  if (columns < 3) return;  // nothing but rounding is left of so short a row
  k->layer_norm(rows, columns, 1e-5f, x.get(), scale.get(), shift.get(), y.get(),
                statistics.get());
  const Norm norm = layer_norm(x, scale, shift, d, rows, columns);
  expect(name_of("layer_norm", {rows, columns}), y, norm.y);
  k->layer_norm_backward(rows, columns, x.get(), scale.get(), statistics.get(), d.get(), y.get());
  expect(name_of("layer_norm_backward", {rows, columns}), y, norm.dx);
  Floats dscale(columns), dshift(columns);
  k->layer_norm_gradients(rows, columns, columns, x.get(), statistics.get(), d.get(), dscale.get(),
                          dshift.get());
  expect(name_of("layer_norm_gradients", {rows, columns}), dscale, norm.dscale);
}

void check_lookups(Engine& engine, long rows, long columns) {
  const Kernels* k = engine.kernels;
  const Floats x = drawn(1, rows * columns, 4);
  std::unique_ptr<int[]> targets(new int[rows]);
  for (long r = 0; r < rows; r++) targets[r] = int(r * 7 % columns);
  Floats logs(rows), dx(rows * columns);
  const float loss = float(k->cross_entropy(rows, columns, x.get(), targets.get(), logs.get()));
  k->cross_entropy_backward(rows, columns, 0.5f, x.get(), targets.get(), logs.get(), dx.get());
  const Entropy wanted = cross_entropy(x, targets.get(), rows, columns, 0.5);
  expect(name_of("cross_entropy", {rows, columns}), Floats{loss}, {wanted.loss});
  expect(name_of("cross_entropy_backward", {rows, columns}), dx, wanted.dx);
  // The targets as ids of a table of `columns` rows three wide, two positions.
  const Floats table = drawn(2, columns * 3), positions = drawn(3, 2 * 3), dy = drawn(4, rows * 3);
  Floats y(rows * 3), drows(columns * 3), dpositions(2 * 3);
  k->embedding(0, rows, 2, 3, targets.get(), table.get(), positions.get(), y.get());
  k->embedding_backward(rows, 2, 3, 3, targets.get(), dy.get(), drows.get(), dpositions.get());
  Doubles looked(rows * 3), gathered(columns * 3);
  for (long i = 0; i < rows * 3; i++) {
    const long at = targets[i / 3] * 3L + i % 3;
    looked[i] = table[at] + double(positions[i / 3 % 2 * 3 + i % 3]);
    gathered[at] += dy[i];
  }
  expect(name_of("embedding", {rows, columns}), y, looked);
  expect(name_of("embedding_backward", {rows, columns}), drows, gathered);
}

void check_attention(Engine& engine, const AttentionShape& s) {
  const long count = s.batch * s.tokens * s.heads * s.headSize;
  const Floats qkv = drawn(1, 3 * count), dout = drawn(2, count);
  Floats out(count), logs(s.batch * s.heads * s.tokens), dqkv = drawn(3, 3 * count);
  if (!engine.prepare(2 * QUERY_ROWS * s.tokens)) failures++;
  engine.heads(s, [&](Scratch* scratch, long head, long end) {
    engine.kernels->attention(scratch, qkv.get(), out.get(), logs.get(), &s, head, end);
  });
  engine.heads(s, [&](Scratch* scratch, long head, long end) {
    engine.kernels->attention_backward(scratch, qkv.get(), out.get(), logs.get(), dout.get(),
                                       dqkv.get(), &s, head, end);
  });
  const Attention wanted = attention(qkv, dout, s);
  const auto sizes = {s.batch, s.tokens, s.heads, s.headSize};
  expect(name_of("attention", sizes), out, wanted.out);
  expect(name_of("attention_backward", sizes), dqkv, wanted.dqkv);
}

}  // namespace

int main() {
  for (const int threads : {1, 3}) {
    Engine engine(fabricast_kernels_tested());
    engine.use_threads(threads);
    if (!engine.prepare(0)) return 2;
    check_products(engine);
    for (const long count : {0L, 1L, 3L, 17L, 100003L}) {
      check_elements(engine, count);
      check_optimizers(engine, count);
    }
    for (const long rows : {0L, 1L, 5L, 300L})
      for (const long columns : {0L, 1L, 3L, 8L, 19L, 160L}) check_rows(engine, rows, columns);
    check_rows(engine, 1, 100003);
    check_rows(engine, 20001, 3);
    check_lookups(engine, 0, 3);
    check_lookups(engine, 9, 1);
    check_lookups(engine, 131, 37);
    for (const bool causal : {false, true}) {
      for (const auto& [batch, tokens, heads, size] :
           {std::array<long, 4>{0, 5, 2, 3}, {2, 0, 2, 3}, {1, 1, 1, 1}, {2, 49, 3, 5}, {1, 131, 2, 33}})
        check_attention(engine, {batch, tokens, heads, size, causal});
    }
  }
  if (failures == 0) std::printf("all kernels agree\n");
  return failures == 0 ? 0 : 1;
}
