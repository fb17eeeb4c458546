// The arithmetic as a table of functions, one table for each instruction set it is compiled for.
#pragma once

/** Memory that kernels work in; each thread has its own. */
struct Scratch {
  float* left;
  float* right;
  float* scores;
  long scoreCount;
};

/** Sizes of the packed blocks, for every instruction set: left ≤ 240 × 256, right ≤ 256 × 2048. */
static const long PANEL_DEPTH = 256;
static const long PANEL_COLUMNS = 2048;
static const long BLOCK_ROWS_MAX = 240;
/** Packing writes whole vectors, so that the memory goes on behind the last strip. */
static const long PACKING_SURPLUS = 16;
/** Query rows of attention computed at a time. */
static const long QUERY_ROWS = 48;

struct MatmulShape {
  long batch, m, n, k;
  bool transposesA, transposesB, accumulates;
};

/** Which products of a batch, and which rows and columns of each, a thread computes. */
struct MatmulPart {
  long item, itemEnd, row, rowEnd, column, columnEnd;
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

/** The powers are beta1^step and beta2^step. */
inline AdamStep adam_step(double rate, double beta1, double beta2, double epsilon, double power1,
                          double power2) {
  AdamStep s;
  s.rate = static_cast<float>(rate / (1 - power1));
  s.beta1 = static_cast<float>(beta1);
  s.rest1 = static_cast<float>(1 - beta1);
  s.beta2 = static_cast<float>(beta2);
  s.rest2 = static_cast<float>(1 - beta2);
  s.epsilon = static_cast<float>(epsilon);
  s.correction = static_cast<float>(1 / (1 - power2));
  return s;
}

/**
 * All run in the thread that calls them; engine.h says which part each thread gets. `stride` is
 * the length of a row where a kernel works on some columns only.
 */
struct Kernels {
  const char* name;
  void (*matmul)(Scratch*, const float* a, const float* b, float* c, const float* bias,
                 const MatmulShape*, const MatmulPart*);
  /** The same of operands rounded to bf16; fast only where `multiplies_bf16`. */
  void (*matmul_bf16)(Scratch*, const float* a, const float* b, float* c, const float* bias,
                      const MatmulShape*, const MatmulPart*);
  bool multiplies_bf16;
  void (*column_sums)(long rows, long columns, long stride, const float* x, float* sums);
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
                              const float* statistics, const float* dy, float* dx);
  void (*layer_norm_gradients)(long rows, long columns, long stride, const float* x,
                               const float* statistics, const float* dy, float* dscale,
                               float* dshift);
  void (*softmax)(long rows, long columns, const float* x, float* y);
  void (*softmax_backward)(long rows, long columns, const float* y, const float* dy, float* dx);
  /** The heads from `head` on, counted through all sequences. */
  void (*attention)(Scratch*, const float* qkv, float* out, float* statistics,
                    const AttentionShape*, long head, long headEnd);
  void (*attention_backward)(Scratch*, const float* qkv, const float* out, const float* statistics,
                             const float* dout, float* dqkv, const AttentionShape*, long head,
                             long headEnd);
  /** The rows of y from `row` on. */
  void (*embedding)(long row, long rowEnd, long tokens, long columns, const int* ids,
                    const float* rows, const float* positions, float* y);
  void (*embedding_backward)(long count, long tokens, long columns, long stride, const int* ids,
                             const float* dy, float* drows, float* dpositions);
  /** Sums, not means. */
  double (*cross_entropy)(long rows, long columns, const float* x, const int* targets,
                          float* statistics);
  void (*cross_entropy_backward)(long rows, long columns, float share, const float* x,
                                 const int* targets, const float* statistics, float* dx);
  double (*squared_error)(long count, const float* x, const float* target);
  void (*squared_error_backward)(long count, float share, const float* x, const float* target,
                                 float* dx);
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
const Kernels* fabricast_kernels_simd128();
#if defined(__x86_64__)
const Kernels* fabricast_kernels_avx2();
const Kernels* fabricast_kernels_avx512();
/** Null where the compiler did not know these instructions yet. */
__attribute__((weak)) const Kernels* fabricast_kernels_avx512bf16();
#endif
}
