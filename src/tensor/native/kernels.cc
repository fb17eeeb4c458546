// One source for every instruction set: the build compiles this file once for each, with the
// flags of that set and its name in FABRICAST_ISA (see scripts/build-native.mjs).
#include "kernels.h"

#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)

#if defined(__AVX512F__)
#define ISA_NAME "avx512"
#elif defined(__AVX2__)
#define ISA_NAME "avx2"
#elif defined(__x86_64__)
#define ISA_NAME "sse2"
#else
#define ISA_NAME "128-bit"
#endif

// Everything is in a namespace of its own, or two builds of one function would be merged by the
// linker and an old processor could meet new instructions.
namespace JOIN(fabricast_, FABRICAST_ISA) {

// Tiles fill the registers: 24 + 3 of 32, 12 + 3 of 16, 8 + 3 of 16, 16 + 3 of 32.
#if defined(__AVX512F__)
static const long LANES = 16, TILE_ROWS = 12, TILE_COLUMNS = 32, BLOCK_ROWS = 120;
#elif defined(__AVX2__)
static const long LANES = 8, TILE_ROWS = 6, TILE_COLUMNS = 16, BLOCK_ROWS = 96;
#elif defined(__aarch64__)
static const long LANES = 4, TILE_ROWS = 8, TILE_COLUMNS = 8, BLOCK_ROWS = 96;
#else
static const long LANES = 4, TILE_ROWS = 4, TILE_COLUMNS = 8, BLOCK_ROWS = 96;
#endif
static_assert(BLOCK_ROWS <= BLOCK_ROWS_MAX && BLOCK_ROWS % TILE_ROWS == 0, "strips fit blocks");
static_assert(PANEL_COLUMNS % TILE_COLUMNS == 0, "strips fit panels");

#include "vector.h"
#include "matmul.h"
#include "pointwise.h"
#include "rows.h"
#include "attention.h"
#include "llama.h"

static const Kernels table = {
    ISA_NAME,
    matmul,
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
    softmax,
    softmax_backward,
    attention,
    attention_backward,
    embedding,
    embedding_backward,
    cross_entropy,
    cross_entropy_backward,
    mean_squared_error,
    mean_squared_error_backward,
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
