// The door between JavaScript and the kernels: chooses the instruction set once, keeps the
// scratch memory of each environment, checks every argument, and calls.
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "arguments.h"
#include "kernels.h"

namespace {

/** Raised whenever a signature below changes, so that an old binary is never called. */
const int INTERFACE_VERSION = 1;

/** The kernels this processor can run, best first. */
int supported_kernels(const Kernels* found[3]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    found[count++] = fabricast_kernels_avx512();
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found[count++] = fabricast_kernels_avx2();
  }
#endif
  found[count++] = fabricast_kernels_baseline();
  return count;
}

const Kernels* best_kernels() {
  const Kernels* found[3];
  supported_kernels(found);
  return found[0];
}

const Kernels* kernels = best_kernels();

float* aligned_floats(size_t count) {
  void* memory = nullptr;
  return posix_memalign(&memory, 64, count * sizeof(float)) == 0 ? static_cast<float*>(memory)
                                                                 : nullptr;
}

Scratch* scratch_of(Arguments& call, long score_count) {
  void* data = nullptr;
  if (napi_get_instance_data(call.env(), &data) != napi_ok || data == nullptr) {
    call.fail("an environment has its scratch memory");
    return nullptr;
  }
  Scratch* scratch = static_cast<Scratch*>(data);
  if (score_count > scratch->scoreCount) {
    std::free(scratch->scores);
    scratch->scores = aligned_floats(score_count);
    scratch->scoreCount = scratch->scores ? score_count : 0;
    if (!scratch->scores) call.fail("memory for attention scores is there");
  }
  return scratch;
}

napi_value number_value(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

// matmul(a, b, c, bias | undefined, batch, m, n, k, transposesA, transposesB, accumulates)
napi_value matmul(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  MatmulShape s = {call.count(4), call.count(5), call.count(6),  call.count(7),
                   call.truth(8), call.truth(9), call.truth(10)};
  const float* a = call.floats(0, s.batch * s.m * s.k);
  const float* b = call.floats(1, s.batch * s.k * s.n);
  float* c = call.floats(2, s.batch * s.m * s.n);
  const float* bias = call.absent(3) ? nullptr : call.floats(3, s.n);
  Scratch* scratch = scratch_of(call, 0);
  if (call.ok()) kernels->matmul(scratch, a, b, c, bias, &s);
  return nullptr;
}

// columnSums(x, sums, rows, columns)
napi_value column_sums(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const float* x = call.floats(0, rows * columns);
  float* sums = call.floats(1, columns);
  if (call.ok()) kernels->column_sums(rows, columns, x, sums);
  return nullptr;
}

/** f(x, y) on single elements. */
template <void (*const Kernels::* kernel)(long, const float*, float*)>
napi_value unary(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* x = call.floats(0, count);
  float* y = call.floats(1, count);
  if (call.ok()) (kernels->*kernel)(count, x, y);
  return nullptr;
}

/** f(a, b, y) on single elements. */
template <void (*const Kernels::* kernel)(long, const float*, const float*, float*)>
napi_value binary(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* a = call.floats(0, count);
  const float* b = call.floats(1, count);
  float* y = call.floats(2, count);
  if (call.ok()) (kernels->*kernel)(count, a, b, y);
  return nullptr;
}

// adam(parameters, gradients, first, second, learningRate, beta1, beta2, epsilon, step)
napi_value adam(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  float* p = call.floats(0, count);
  const float* g = call.floats(1, count);
  float* m = call.floats(2, count);
  float* v = call.floats(3, count);
  const double rate = call.number(4), beta1 = call.number(5), beta2 = call.number(6);
  const double epsilon = call.number(7), step = call.number(8);
  const AdamStep s = {static_cast<float>(rate / (1 - std::pow(beta1, step))),
                      static_cast<float>(beta1), static_cast<float>(beta2),
                      static_cast<float>(epsilon),
                      static_cast<float>(1 / (1 - std::pow(beta2, step)))};
  if (call.ok()) kernels->adam(count, p, g, m, v, &s);
  return nullptr;
}

// layerNorm(x, scale, shift, y, statistics, rows, columns, epsilon)
napi_value layer_norm(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(5), columns = call.count(6);
  const float epsilon = static_cast<float>(call.number(7));
  const float* x = call.floats(0, rows * columns);
  const float* scale = call.floats(1, columns);
  const float* shift = call.floats(2, columns);
  float* y = call.floats(3, rows * columns);
  float* statistics = call.floats(4, 2 * rows);
  if (call.ok()) kernels->layer_norm(rows, columns, epsilon, x, scale, shift, y, statistics);
  return nullptr;
}

// layerNormBackward(x, scale, statistics, dy, dx, dscale, dshift, rows, columns)
napi_value layer_norm_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(7), columns = call.count(8);
  const float* x = call.floats(0, rows * columns);
  const float* scale = call.floats(1, columns);
  const float* statistics = call.floats(2, 2 * rows);
  const float* dy = call.floats(3, rows * columns);
  float* dx = call.floats(4, rows * columns);
  float* dscale = call.floats(5, columns);
  float* dshift = call.floats(6, columns);
  if (call.ok()) {
    kernels->layer_norm_backward(rows, columns, x, scale, statistics, dy, dx, dscale, dshift);
  }
  return nullptr;
}

// softmax(x, y, rows, columns)
napi_value softmax(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const float* x = call.floats(0, rows * columns);
  float* y = call.floats(1, rows * columns);
  if (call.ok() && columns > 0) kernels->softmax(rows, columns, x, y);
  return nullptr;
}

// softmaxBackward(y, dy, dx, rows, columns)
napi_value softmax_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const float* y = call.floats(0, rows * columns);
  const float* dy = call.floats(1, rows * columns);
  float* dx = call.floats(2, rows * columns);
  if (call.ok()) kernels->softmax_backward(rows, columns, y, dy, dx);
  return nullptr;
}

AttentionShape attention_shape(Arguments& call, size_t first) {
  return {call.count(first), call.count(first + 1), call.count(first + 2), call.count(first + 3)};
}

// attention(qkv, out, statistics, batch, tokens, heads, headSize)
napi_value attention(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const AttentionShape s = attention_shape(call, 3);
  const int64_t count = s.batch * s.tokens * s.heads * s.headSize;
  const float* qkv = call.floats(0, 3 * count);
  float* out = call.floats(1, count);
  float* statistics = call.floats(2, s.batch * s.heads * s.tokens);
  Scratch* scratch = scratch_of(call, QUERY_ROWS * s.tokens);
  if (call.ok()) kernels->attention(scratch, qkv, out, statistics, &s);
  return nullptr;
}

// attentionBackward(qkv, out, statistics, dout, dqkv, batch, tokens, heads, headSize)
napi_value attention_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const AttentionShape s = attention_shape(call, 5);
  const int64_t count = s.batch * s.tokens * s.heads * s.headSize;
  const float* qkv = call.floats(0, 3 * count);
  const float* out = call.floats(1, count);
  const float* statistics = call.floats(2, s.batch * s.heads * s.tokens);
  const float* dout = call.floats(3, count);
  float* dqkv = call.floats(4, 3 * count);
  Scratch* scratch = scratch_of(call, 2 * QUERY_ROWS * s.tokens);
  if (call.ok()) {
    kernels->attention_backward(scratch, qkv, out, statistics, dout, dqkv, &s);
  }
  return nullptr;
}

// embedding(ids, rows, positions, y, batch, tokens, columns, vocabulary)
napi_value embedding(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), tokens = call.count(5), columns = call.count(6);
  const long vocabulary = call.count(7);
  const int* ids = call.indices(0, batch * tokens, vocabulary);
  const float* rows = call.floats(1, vocabulary * columns);
  const float* positions = call.floats(2, tokens * columns);
  float* y = call.floats(3, batch * tokens * columns);
  if (call.ok()) kernels->embedding(batch, tokens, columns, ids, rows, positions, y);
  return nullptr;
}

// embeddingBackward(ids, dy, drows, dpositions, batch, tokens, columns, vocabulary)
napi_value embedding_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), tokens = call.count(5), columns = call.count(6);
  const long vocabulary = call.count(7);
  const int* ids = call.indices(0, batch * tokens, vocabulary);
  const float* dy = call.floats(1, batch * tokens * columns);
  float* drows = call.floats(2, vocabulary * columns);
  float* dpositions = call.floats(3, tokens * columns);
  if (call.ok()) {
    kernels->embedding_backward(batch, tokens, columns, ids, dy, drows, dpositions);
  }
  return nullptr;
}

// crossEntropy(logits, targets, statistics, rows, columns): the mean loss
napi_value cross_entropy(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const float* logits = call.floats(0, rows * columns);
  const int* targets = call.indices(1, rows, columns);
  float* statistics = call.floats(2, rows);
  if (!call.ok()) return nullptr;
  return number_value(env, kernels->cross_entropy(rows, columns, logits, targets, statistics));
}

// crossEntropyBackward(logits, targets, statistics, dlogits, rows, columns)
napi_value cross_entropy_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), columns = call.count(5);
  const float* logits = call.floats(0, rows * columns);
  const int* targets = call.indices(1, rows, columns);
  const float* statistics = call.floats(2, rows);
  float* dlogits = call.floats(3, rows * columns);
  if (call.ok()) {
    kernels->cross_entropy_backward(rows, columns, logits, targets, statistics, dlogits);
  }
  return nullptr;
}

// meanSquaredError(x, target): the mean over all elements
napi_value mean_squared_error(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* x = call.floats(0, count);
  const float* target = call.floats(1, count);
  if (!call.ok()) return nullptr;
  return number_value(env, kernels->mean_squared_error(count, x, target));
}

// fmaPeakFlopPerS(): the best of several bursts of about 5 ms each
napi_value fma_peak(napi_env env, napi_callback_info) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  long rounds = 1 << 20;
  for (int i = 0; i < 10; i++) {
    const auto start = Clock::now();
    const double flop = kernels->fma_burst(rounds);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds > 0 && flop / seconds > best) best = flop / seconds;
  }
  return number_value(env, best);
}

napi_value text_value(napi_env env, const char* text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result);
  return result;
}

// instructionSets(): names of all that this processor can run, best first
napi_value instruction_sets(napi_env env, napi_callback_info) {
  const Kernels* found[3];
  const int count = supported_kernels(found);
  napi_value list = nullptr;
  napi_create_array_with_length(env, count, &list);
  for (int i = 0; i < count; i++) napi_set_element(env, list, i, text_value(env, found[i]->name));
  return list;
}

// useInstructionSet(index into instructionSets()): for the whole process; tests compare them
napi_value use_instruction_set(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const Kernels* found[3];
  const long index = call.count(0);
  if (index >= supported_kernels(found)) call.fail("the instruction set is one of those listed");
  if (call.ok()) kernels = found[index];
  return nullptr;
}

void free_scratch(napi_env, void* data, void*) {
  Scratch* scratch = static_cast<Scratch*>(data);
  std::free(scratch->left);
  std::free(scratch->right);
  std::free(scratch->scores);
  delete scratch;
}

bool set_scratch(napi_env env) {
  Scratch* scratch = new Scratch{aligned_floats(BLOCK_ROWS_MAX * PANEL_DEPTH),
                                 aligned_floats(PANEL_DEPTH * PANEL_COLUMNS), nullptr, 0};
  if (!scratch->left || !scratch->right) return false;
  return napi_set_instance_data(env, scratch, free_scratch, nullptr) == napi_ok;
}

const napi_property_attributes FIXED = napi_enumerable;

napi_property_descriptor method(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, FIXED, nullptr};
}

napi_property_descriptor constant(const char* name, napi_value value) {
  return {name, nullptr, nullptr, nullptr, nullptr, value, FIXED, nullptr};
}

napi_value init(napi_env env, napi_value exports) {
  if (!set_scratch(env)) {
    napi_throw_error(env, "ERR_FABRICAST_TENSOR", "no memory for the tensor backend");
    return nullptr;
  }
  const napi_property_descriptor properties[] = {
      constant("interfaceVersion", number_value(env, INTERFACE_VERSION)),
      method("instructionSets", instruction_sets),
      method("useInstructionSet", use_instruction_set),
      method("matmul", matmul),
      method("columnSums", column_sums),
      method("add", binary<&Kernels::add>),
      method("relu", unary<&Kernels::relu>),
      method("reluBackward", binary<&Kernels::relu_backward>),
      method("gelu", unary<&Kernels::gelu>),
      method("geluBackward", binary<&Kernels::gelu_backward>),
      method("adam", adam),
      method("layerNorm", layer_norm),
      method("layerNormBackward", layer_norm_backward),
      method("softmax", softmax),
      method("softmaxBackward", softmax_backward),
      method("attention", attention),
      method("attentionBackward", attention_backward),
      method("embedding", embedding),
      method("embeddingBackward", embedding_backward),
      method("crossEntropy", cross_entropy),
      method("crossEntropyBackward", cross_entropy_backward),
      method("meanSquaredError", mean_squared_error),
      method("meanSquaredErrorBackward", binary<&Kernels::mean_squared_error_backward>),
      method("fmaPeakFlopPerS", fma_peak),
  };
  if (napi_define_properties(env, exports, sizeof(properties) / sizeof(properties[0]),
                             properties) != napi_ok) {
    return nullptr;
  }
  return exports;
}

}  // namespace

NAPI_MODULE(fabricast_tensor, init)
