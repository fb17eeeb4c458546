// The door between JavaScript and the kernels: chooses the instruction set once, keeps the
// scratch memory of each environment, checks every argument, and calls.
#include <chrono>
#include <cmath>
#include <cstdlib>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "arguments.h"
#include "cores.h"
#include "engine.h"
#include "kernels.h"

/** transport.cc */
napi_status fabricast_define_transport(napi_env env, napi_value exports);

namespace {

/** Raised whenever a signature below changes, so that an old binary is never called. */
const int INTERFACE_VERSION = 5;
const long THREADS_MAX = 256;

const int KERNELS_MAX = 4;

#if defined(__x86_64__)
/** AVX-512 BF16: leaf 7, part 1, bit 5 of EAX (Intel's manual, volume 2A, CPUID). */
bool knows_bf16() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & (1u << 5)) != 0;
}
#endif

/** The kernels this processor can run, best first. */
int supported_kernels(const Kernels* found[KERNELS_MAX]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    if (knows_bf16() && fabricast_kernels_avx512bf16 != nullptr) {
      found[count++] = fabricast_kernels_avx512bf16();
    }
    found[count++] = fabricast_kernels_avx512();
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    found[count++] = fabricast_kernels_avx2();
  }
#endif
  found[count++] = fabricast_kernels_baseline();
  return count;
}

#include "calls.h"

#include "row-calls.h"
#include "llama-calls.h"


// instructionSets(): names of all that this processor can run, best first
napi_value instruction_sets(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const Kernels* found[KERNELS_MAX];
  const int count = supported_kernels(found);
  napi_value list = nullptr;
  bool made = napi_create_array_with_length(env, count, &list) == napi_ok;
  for (int i = 0; made && i < count; i++) {
    napi_value name = nullptr;
    made = napi_create_string_utf8(env, found[i]->name, NAPI_AUTO_LENGTH, &name) == napi_ok &&
           napi_set_element(env, list, i, name) == napi_ok;
  }
  if (!made) call.fail("a list of names can be made");
  return list;
}

// useInstructionSet(index into instructionSets()): tests compare them
napi_value use_instruction_set(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const Kernels* found[KERNELS_MAX];
  const long index = call.count(0);
  if (index >= supported_kernels(found)) call.fail("the instruction set is one of those listed");
  if (call.ok()) call.engine().kernels = found[index];
  return nullptr;
}

// multipliesBf16(): whether products of bf16 are an instruction of this processor
napi_value multiplies_bf16(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  return call.result(call.kernels()->multiplies_bf16 ? 1 : 0);
}

// useThreads(count)
napi_value use_threads(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long count = call.count(0);
  if (count < 1 || count > THREADS_MAX) call.fail("there are 1 to 256 threads");
  if (call.ok()) call.engine().use_threads(static_cast<int>(count));
  return nullptr;
}

// coreCount(): physical cores that this process may use
napi_value core_count(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  return call.result(physical_cores());
}

void free_engine(napi_env, void* data, void*) { delete static_cast<Engine*>(data); }

const napi_property_attributes FIXED = napi_enumerable;

napi_value init(napi_env env, napi_value exports) {
  const Kernels* found[KERNELS_MAX];
  supported_kernels(found);
  Engine* engine = new Engine(found[0]);
  napi_value version = nullptr;
  if (napi_set_instance_data(env, engine, free_engine, nullptr) != napi_ok) {
    delete engine;
    return nullptr;
  }
  if (napi_create_double(env, INTERFACE_VERSION, &version) != napi_ok) return nullptr;
  const auto method = [engine](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,    nullptr, callback, nullptr,
                                    nullptr, nullptr, FIXED,    engine};
  };
  const napi_property_descriptor properties[] = {
      {"interfaceVersion", nullptr, nullptr, nullptr, nullptr, version, FIXED, nullptr},
      method("instructionSets", instruction_sets),
      method("useInstructionSet", use_instruction_set),
      method("useThreads", use_threads),
      method("coreCount", core_count),
      method("multipliesBf16", multiplies_bf16),
      method("matmul", matmul<&Kernels::matmul>),
      method("matmulBf16", matmul<&Kernels::matmul_bf16>),
      method("columnSums", column_sums),
      method("add", binary<&Kernels::add, LIGHT>),
      method("relu", unary<&Kernels::relu, LIGHT>),
      method("reluBackward", binary<&Kernels::relu_backward, LIGHT>),
      method("gelu", unary<&Kernels::gelu, HEAVY>),
      method("geluBackward", binary<&Kernels::gelu_backward, HEAVY>),
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
      method("meanSquaredErrorBackward", mean_squared_error_backward),
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
