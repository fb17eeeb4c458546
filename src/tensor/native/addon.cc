// The door between JavaScript and the kernels: chooses the instruction set once, keeps the
// scratch memory of each environment, checks every argument, and calls.
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "arguments.h"
#include "kernels.h"

/** transport.cc */
napi_status fabricast_define_transport(napi_env env, napi_value exports);

namespace {

/** Raised whenever a signature below changes, so that an old binary is never called. */
const int INTERFACE_VERSION = 4;

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

#include "calls.h"

#include "llama-calls.h"

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
      method("scale", scale),
      method("sumOfSquares", sum_of_squares),
      method("momentum", momentum),
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
      method("rmsNorm", rms_norm),
      method("rmsNormBackward", rms_norm_backward),
      method("rotary", rotary_call<false>),
      method("rotaryBackward", rotary_call<true>),
      method("swiglu", swiglu),
      method("swigluBackward", swiglu_backward),
      method("lookup", lookup_call<false>),
      method("lookupBackward", lookup_call<true>),
      method("combine", combine),
      method("combineBackward", combine_backward),
      method("fmaPeakFlopPerS", fma_peak),
  };
  if (napi_define_properties(env, exports, sizeof(properties) / sizeof(properties[0]),
                             properties) != napi_ok) {
    return nullptr;
  }
  return fabricast_define_transport(env, exports) == napi_ok ? exports : nullptr;
}

}  // namespace

NAPI_MODULE(fabricast_tensor, init)
