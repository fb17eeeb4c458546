// The arithmetic as a table of functions, one table for each instruction set it is compiled for.
#pragma once

/** Memory that kernels work in; owned by one JavaScript environment, so threads never share it. */
struct Scratch {
  float* left;
  float* right;
  float* scores;
  long scoreCount;
};

/** Sizes of the packed blocks, for every instruction set: left ≤ 128 × 256, right ≤ 256 × 2048. */
static const long PANEL_DEPTH = 256;
static const long PANEL_COLUMNS = 2048;
static const long BLOCK_ROWS_MAX = 128;
/** Query rows of attention computed at a time. */
static const long QUERY_ROWS = 64;

struct MatmulShape {
  long batch, m, n, k;
  bool transposesA, transposesB, accumulates;
};

struct AttentionShape {
  long batch, tokens, heads, headSize;
  bool causal;
};

struct RotaryShape {
  long batch, tokens, heads, keyValueHeads, headSize;
};

/**
 * rate = learning rate / (1 − beta1^t), correction = 1 / (1 − beta2^t). The rests are 1 − beta,
 * subtracted in double: in float, 1 − 0.999 is off by one part in 80,000.
 */
struct AdamStep {
  float rate, beta1, rest1, beta2, rest2, epsilon, correction;
};

struct Kernels {
  const char* name;
  void (*matmul)(Scratch*, const float* a, const float* b, float* c, const float* bias,
                 const MatmulShape*);
  void (*column_sums)(long rows, long columns, const float* x, float* sums);
  void (*add)(long count, const float* a, const float* b, float* y);
  void (*relu)(long count, const float* x, float* y);
  void (*relu_backward)(long count, const float* y, const float* dy, float* dx);
  void (*gelu)(long count, const float* x, float* y);
  void (*gelu_backward)(long count, const float* x, const float* dy, float* dx);
  void (*scale)(long count, float* x, float factor);
  double (*sum_of_squares)(long count, const float* x);
  void (*momentum)(long count, float* p, const float* g, float* velocity, float rate, float keep);
  void (*adam)(long count, float* p, const float* g, float* m, float* v, const AdamStep*);
  void (*layer_norm)(long rows, long columns, float epsilon, const float* x, const float* scale,
                     const float* shift, float* y, float* statistics);
  void (*layer_norm_backward)(long rows, long columns, const float* x, const float* scale,
                              const float* statistics, const float* dy, float* dx, float* dscale,
                              float* dshift);
  void (*softmax)(long rows, long columns, const float* x, float* y);
  void (*softmax_backward)(long rows, long columns, const float* y, const float* dy, float* dx);
  void (*attention)(Scratch*, const float* qkv, float* out, float* statistics,
                    const AttentionShape*);
  void (*attention_backward)(Scratch*, const float* qkv, const float* out, const float* statistics,
                             const float* dout, float* dqkv, const AttentionShape*);
  void (*embedding)(long batch, long tokens, long columns, const int* ids, const float* rows,
                    const float* positions, float* y);
  void (*embedding_backward)(long batch, long tokens, long columns, const int* ids, const float* dy,
                             float* drows, float* dpositions);
  double (*cross_entropy)(long rows, long columns, const float* x, const int* targets,
                          float* statistics);
  void (*cross_entropy_backward)(long rows, long columns, const float* x, const int* targets,
                                 const float* statistics, float* dx);
  double (*mean_squared_error)(long count, const float* x, const float* target);
  void (*mean_squared_error_backward)(long count, const float* x, const float* target, float* dx);
  /** Does a number of multiply-adds as fast as the processor can; returns the flop done. */
  double (*fma_burst)(long rounds);
  void (*rms_norm)(long rows, long columns, float epsilon, const float* x, const float* scale,
                   float* y, float* statistics);
  void (*rms_norm_backward)(long rows, long columns, const float* x, const float* scale,
                            const float* statistics, const float* dy, float* dx, float* dscale);
  void (*rotary)(const float* qkv, const float* turns, float* y, const RotaryShape*);
  void (*rotary_backward)(const float* dy, const float* turns, float* dqkv, const RotaryShape*);
  void (*swiglu)(long rows, long columns, const float* x, float* y);
  void (*swiglu_backward)(long rows, long columns, const float* x, const float* dy, float* dx);
  void (*lookup)(long count, long columns, long entries, long first, const int* ids,
                 const float* rows, float* y);
  void (*lookup_backward)(long count, long columns, long entries, long first, const int* ids,
                          const float* dy, float* drows);
  void (*combine)(long rows, long picks, long columns, const float* x, const float* weights,
                  const int* places, float* y);
  void (*combine_backward)(long rows, long picks, long columns, const float* x,
                           const float* weights, const int* places, const float* dy, float* dx,
                           float* dweights);
};

extern "C" {
const Kernels* fabricast_kernels_baseline();
#if defined(__x86_64__)
const Kernels* fabricast_kernels_avx2();
const Kernels* fabricast_kernels_avx512();
#endif
}
