// One source for every instruction set: the build compiles this file once for each, with the
// flags of that set and its name in FABRICAST_ISA (see scripts/build-native.mjs).
#include "kernels.h"

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)

// A build may ask for vectors wider than its processor's: so is the code for 16 lanes tested on
// machines of 8.
#if defined(FABRICAST_LANES)
#define ISA_NAME "emulated"
#define FABRICAST_MASKS 0
#elif defined(__AVX512F__)
#if defined(__AVX512BF16__)
#define ISA_NAME "avx512-bf16"
#else
#define ISA_NAME "avx512"
#endif
#define FABRICAST_LANES 16
#define FABRICAST_MASKS 512
#elif defined(__AVX2__)
#define ISA_NAME "avx2"
#define FABRICAST_LANES 8
#define FABRICAST_MASKS 256
#else
#if defined(__wasm__)
#define ISA_NAME "simd128"
#elif defined(__x86_64__)
#define ISA_NAME "sse2"
#else
#define ISA_NAME "128-bit"
#endif
#define FABRICAST_LANES 4
#define FABRICAST_MASKS 0
#endif

#if FABRICAST_MASKS != 0
#include <immintrin.h>
#endif

// Everything is in a namespace of its own, or two builds of one function would be merged by the
// linker and an old processor could meet new instructions.
namespace JOIN(fabricast_, FABRICAST_ISA) {

// Tiles fill the registers: 24 + 3 of 32, 12 + 3 of 16, 8 + 3 of 16, 16 + 3 of 32.
static const long LANES = FABRICAST_LANES;
#if FABRICAST_LANES == 16
static const long TILE_ROWS = 12, TILE_COLUMNS = 32, BLOCK_ROWS = 240;
#elif FABRICAST_LANES == 8
static const long TILE_ROWS = 6, TILE_COLUMNS = 16, BLOCK_ROWS = 192;
#elif defined(__aarch64__)
static const long TILE_ROWS = 8, TILE_COLUMNS = 8, BLOCK_ROWS = 192;
#else
static const long TILE_ROWS = 4, TILE_COLUMNS = 8, BLOCK_ROWS = 192;
#endif
static_assert(BLOCK_ROWS <= BLOCK_ROWS_MAX && BLOCK_ROWS % TILE_ROWS == 0, "strips fit blocks");
static_assert(PANEL_COLUMNS % TILE_COLUMNS == 0, "strips fit panels");
static_assert(LANES <= PACKING_SURPLUS, "a vector fits behind the last strip");

#include "vector.h"
#include "pack.h"
#include "tile.h"
#include "matmul.h"
#include "bf16.h"
#include "pointwise.h"
#include "rows.h"
#include "attention.h"
#include "llama.h"

#if defined(__AVX512BF16__)
static const bool MULTIPLIES_BF16 = true;
#else
static const bool MULTIPLIES_BF16 = false;
#endif

static const Kernels table = {
    ISA_NAME,
    matmul,
    matmul_bf16,
    MULTIPLIES_BF16,
    column_sums,
    add,
    relu,
    relu_backward,
    gelu,
    gelu_backward,
    scale,
    sum_of_squares,
    momentum,
    adam,
    layer_norm,
    layer_norm_backward,
    layer_norm_gradients,
    softmax,
    softmax_backward,
    attention,
    attention_backward,
    embedding,
    embedding_backward,
    cross_entropy,
    cross_entropy_backward,
    squared_error,
    squared_error_backward,
    fma_burst,
    rms_norm,
    rms_norm_backward,
    rotary,
    rotary_backward,
    swiglu,
    swiglu_backward,
    lookup,
    lookup_backward,
    combine,
    combine_backward,
};

}  // namespace

extern "C" const Kernels* JOIN(fabricast_kernels_, FABRICAST_ISA)() {
  return &JOIN(fabricast_, FABRICAST_ISA)::table;
}
