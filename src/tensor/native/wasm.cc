// The kernels as WebAssembly: the same source for vectors of 128 bits, in one thread and without
// a C library. JavaScript lays arrays into the memory behind ours, passes addresses and sizes, and
// has checked them (wasm-calls.ts).
#include "kernels.h"

#define EXPORT(name) extern "C" __attribute__((export_name(name)))

alignas(64) static float left_memory[BLOCK_ROWS_MAX * PANEL_DEPTH + PACKING_SURPLUS];
alignas(64) static float right_memory[PANEL_DEPTH * PANEL_COLUMNS + PACKING_SURPLUS];

static const Kernels* kernels() { return fabricast_kernels_simd128(); }

static Scratch scratch_of(float* scores) { return {left_memory, right_memory, scores, 0}; }

EXPORT("matmul")
void matmul(const float* a, const float* b, float* c, const float* bias, long batch, long m, long n,
            long k, long flags) {
  Scratch scratch = scratch_of(nullptr);
  const MatmulShape s = {batch, m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0};
  const MatmulPart all = {0, batch, 0, m, 0, n};
  kernels()->matmul(&scratch, a, b, c, bias, &s, &all);
}

EXPORT("columnSums")
void column_sums(const float* x, float* sums, long rows, long columns) {
  kernels()->column_sums(rows, columns, columns, x, sums);
}

EXPORT("add")
void add(long count, const float* a, const float* b, float* y) { kernels()->add(count, a, b, y); }

EXPORT("relu")
void relu(long count, const float* x, float* y) { kernels()->relu(count, x, y); }

EXPORT("reluBackward")
void relu_backward(long count, const float* y, const float* dy, float* dx) {
  kernels()->relu_backward(count, y, dy, dx);
}

EXPORT("gelu")
void gelu(long count, const float* x, float* y) { kernels()->gelu(count, x, y); }

EXPORT("geluBackward")
void gelu_backward(long count, const float* x, const float* dy, float* dx) {
  kernels()->gelu_backward(count, x, dy, dx);
}

EXPORT("scale")
void scale(long count, float* x, double factor) {
  kernels()->scale(count, x, static_cast<float>(factor));
}

EXPORT("sumOfSquares")
double sum_of_squares(long count, const float* x) { return kernels()->sum_of_squares(count, x); }

EXPORT("momentum")
void momentum(long count, float* p, const float* g, float* velocity, double rate, double keep) {
  kernels()->momentum(count, p, g, velocity, static_cast<float>(rate), static_cast<float>(keep));
}

/** base^exponent for whole exponents, by squaring; the C library's is not here. */
static double power(double base, double exponent) {
  double result = 1;
  for (long long rest = static_cast<long long>(exponent); rest > 0; rest /= 2) {
    if (rest % 2 == 1) result *= base;
    base *= base;
  }
  return result;
}

EXPORT("adam")
void adam(long count, float* p, const float* g, float* m, float* v, double rate, double beta1,
          double beta2, double epsilon, double step) {
  const AdamStep s = adam_step(rate, beta1, beta2, epsilon, power(beta1, step), power(beta2, step));
  kernels()->adam(count, p, g, m, v, &s);
}

EXPORT("meanSquaredError")
double mean_squared_error(long count, const float* x, const float* target) {
  return kernels()->squared_error(count, x, target) / count;
}

EXPORT("meanSquaredErrorBackward")
void mean_squared_error_backward(long count, const float* x, const float* target, float* dx) {
  kernels()->squared_error_backward(count, 2.0f / count, x, target, dx);
}

EXPORT("layerNorm")
void layer_norm(const float* x, const float* scale, const float* shift, float* y,
                float* statistics, long rows, long columns, double epsilon) {
  kernels()->layer_norm(rows, columns, static_cast<float>(epsilon), x, scale, shift, y, statistics);
}

EXPORT("layerNormBackward")
void layer_norm_backward(const float* x, const float* scale, const float* statistics,
                         const float* dy, float* dx, float* dscale, float* dshift, long rows,
                         long columns) {
  kernels()->layer_norm_backward(rows, columns, x, scale, statistics, dy, dx);
  kernels()->layer_norm_gradients(rows, columns, columns, x, statistics, dy, dscale, dshift);
}

EXPORT("softmax")
void softmax(const float* x, float* y, long rows, long columns) {
  if (columns > 0) kernels()->softmax(rows, columns, x, y);
}

EXPORT("softmaxBackward")
void softmax_backward(const float* y, const float* dy, float* dx, long rows, long columns) {
  kernels()->softmax_backward(rows, columns, y, dy, dx);
}

EXPORT("attention")
void attention(const float* qkv, float* out, float* statistics, float* scores, long batch,
               long tokens, long heads, long head_size, long causal) {
  Scratch scratch = scratch_of(scores);
  const AttentionShape s = {batch, tokens, heads, head_size, causal != 0};
  kernels()->attention(&scratch, qkv, out, statistics, &s, 0, batch * heads);
}

EXPORT("attentionBackward")
void attention_backward(const float* qkv, const float* out, const float* statistics,
                        const float* dout, float* dqkv, float* scores, long batch, long tokens,
                        long heads, long head_size, long causal) {
  Scratch scratch = scratch_of(scores);
  const AttentionShape s = {batch, tokens, heads, head_size, causal != 0};
  kernels()->attention_backward(&scratch, qkv, out, statistics, dout, dqkv, &s, 0, batch * heads);
}

EXPORT("embedding")
void embedding(const int* ids, const float* rows, const float* positions, float* y, long batch,
               long tokens, long columns, long) {
  kernels()->embedding(0, batch * tokens, tokens, columns, ids, rows, positions, y);
}

EXPORT("embeddingBackward")
void embedding_backward(const int* ids, const float* dy, float* drows, float* dpositions,
                        long batch, long tokens, long columns, long) {
  kernels()->embedding_backward(batch * tokens, tokens, columns, columns, ids, dy, drows,
                                dpositions);
}

EXPORT("crossEntropy")
double cross_entropy(const float* logits, const int* targets, float* statistics, long rows,
                     long columns) {
  return kernels()->cross_entropy(rows, columns, logits, targets, statistics) / rows;
}

EXPORT("crossEntropyBackward")
void cross_entropy_backward(const float* logits, const int* targets, const float* statistics,
                            float* dlogits, long rows, long columns) {
  kernels()->cross_entropy_backward(rows, columns, 1.0f / rows, logits, targets, statistics,
                                    dlogits);
}

EXPORT("rmsNorm")
void rms_norm(const float* x, const float* scale, float* y, float* statistics, long rows,
              long columns, double epsilon) {
  kernels()->rms_norm(rows, columns, static_cast<float>(epsilon), x, scale, y, statistics);
}

EXPORT("rmsNormBackward")
void rms_norm_backward(const float* x, const float* scale, const float* statistics,
                       const float* dy, float* dx, float* dscale, long rows, long columns) {
  kernels()->rms_norm_backward(rows, columns, x, scale, statistics, dy, dx, dscale);
}

EXPORT("rotary")
void rotary(const float* qkv, const float* turns, float* y, long batch, long tokens, long heads,
            long key_value_heads, long head_size) {
  const RotaryShape s = {batch, tokens, heads, key_value_heads, head_size};
  kernels()->rotary(qkv, turns, y, &s);
}

EXPORT("rotaryBackward")
void rotary_backward(const float* dy, const float* turns, float* dqkv, long batch, long tokens,
                     long heads, long key_value_heads, long head_size) {
  const RotaryShape s = {batch, tokens, heads, key_value_heads, head_size};
  kernels()->rotary_backward(dy, turns, dqkv, &s);
}

EXPORT("swiglu")
void swiglu(const float* x, float* y, long rows, long columns) {
  kernels()->swiglu(rows, columns, x, y);
}

EXPORT("swigluBackward")
void swiglu_backward(const float* x, const float* dy, float* dx, long rows, long columns) {
  kernels()->swiglu_backward(rows, columns, x, dy, dx);
}

EXPORT("lookup")
void lookup(const int* ids, const float* rows, float* y, long count, long columns, long entries,
            long first) {
  kernels()->lookup(count, columns, entries, first, ids, rows, y);
}

EXPORT("lookupBackward")
void lookup_backward(const int* ids, const float* dy, float* drows, long count, long columns,
                     long entries, long first) {
  kernels()->lookup_backward(count, columns, entries, first, ids, dy, drows);
}

EXPORT("combine")
void combine(const float* x, const float* weights, const int* places, float* y, long rows,
             long picks, long columns) {
  kernels()->combine(rows, picks, columns, x, weights, places, y);
}

EXPORT("combineBackward")
void combine_backward(const float* x, const float* weights, const int* places, const float* dy,
                      float* dx, float* dweights, long rows, long picks, long columns) {
  kernels()->combine_backward(rows, picks, columns, x, weights, places, dy, dx, dweights);
}
