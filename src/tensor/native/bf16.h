// Matrix products of numbers rounded to bf16 (the upper half of a float, Burgess et al. 2019,
// "Bfloat16 processing for neural networks"), added up in fp32. Operands and results stay fp32 in
// memory, so weights keep all their digits: they are rounded while they are packed.
//
// A processor with AVX-512 BF16 multiplies pairs of neighbors along k in one instruction. Without
// it the same is computed in more steps: for tests of what it means, not for speed.

/** Two bf16 in each lane: of even k below, of odd k above. */
static inline Vector add_pair_products(Vector sum, IntVector x, IntVector y) {
#if defined(__AVX512BF16__)
  return (Vector)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)y);
#else
  const IntVector upper = (IntVector){} + (int)0xffff0000;
  sum += (Vector)(x << 16) * (Vector)(y << 16);
  return sum + (Vector)(x & upper) * (Vector)(y & upper);
#endif
}

/** To the nearest bf16, ties to even; NaN stays NaN. */
static inline IntVector rounded_to_bf16(Vector value) {
  const IntVector bits = (IntVector)value;
  const IntVector upper = (IntVector){} + (int)0xffff0000;
  const IntVector rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & upper;
  return (IntVector)select(value == value, (Vector)rounded, (Vector)((bits | 0x400000) & upper));
}

/** A strip in place: two columns (or rows) of floats become one of pairs. */
static void pair_strip(float* strip, long depth, long width) {
  for (long p = 0; p < depth; p += 2) {
    for (long r = 0; r < width; r += LANES) {
      const long count = least(LANES, width - r);
      const IntVector even = rounded_to_bf16(load_first(strip + p * width + r, count));
      IntVector odd = {};
      if (p + 1 < depth) odd = rounded_to_bf16(load_first(strip + (p + 1) * width + r, count));
      store_first(strip + p / 2 * width + r, (Vector)(odd | ((even >> 16) & 0xffff)), count);
    }
  }
}

static void pair_strips(float* strips, long count, long width, long depth) {
  for (long i = 0; i < count; i += width) pair_strip(strips + i * depth, depth, width);
}

static void pair_tile(long pairs, const float* a, const float* b, Target c) {
  Vector tile[TILE_ROWS][VECTORS] = {};
  for (long p = 0; p < pairs; p++, a += TILE_ROWS, b += TILE_COLUMNS) {
    IntVector y[VECTORS];
#pragma GCC unroll 8
    for (long v = 0; v < VECTORS; v++) y[v] = (IntVector)load(b + v * LANES);
#pragma GCC unroll 16
    for (long r = 0; r < TILE_ROWS; r++) {
      int pair;
      __builtin_memcpy(&pair, a + r, sizeof(pair));
      const IntVector x = (IntVector){} + pair;
#pragma GCC unroll 8
      for (long v = 0; v < VECTORS; v++) tile[r][v] = add_pair_products(tile[r][v], x, y[v]);
    }
  }
  finish_whole<TILE_ROWS, VECTORS>(c, tile);
}

/** Strips are padded with zeros, so a tile at an edge is computed whole, aside, and cut. */
static void pair_tile_part(long pairs, const float* a, const float* b, Target c, long rows,
                           long columns) {
  float aside[TILE_ROWS * TILE_COLUMNS];
  pair_tile(pairs, a, b, {aside, TILE_COLUMNS, nullptr, false});
  for (long r = 0; r < rows; r++) {
    for (long j = 0; j < columns; j++) {
      float* to = c.data + r * c.rowStride + j;
      *to = aside[r * TILE_COLUMNS + j] + (c.adds ? *to : c.bias ? c.bias[j] : 0);
    }
  }
}

/** A block of C, of strips of pairs. */
static void multiply_pairs(Scratch* scratch, long rows, long columns, long depth, Target c) {
  for (long j = 0; j < columns; j += TILE_COLUMNS) {
    for (long i = 0; i < rows; i += TILE_ROWS) {
      const long height = least(TILE_ROWS, rows - i), width = least(TILE_COLUMNS, columns - j);
      const float *a = scratch->left + i * depth, *b = scratch->right + j * depth;
      const bool whole = height == TILE_ROWS && width == TILE_COLUMNS;
      if (whole) pair_tile((depth + 1) / 2, a, b, c.from(i, j));
      else pair_tile_part((depth + 1) / 2, a, b, c.from(i, j), height, width);
    }
  }
}

/** As multiply in matmul.h. */
static void multiply_bf16(Scratch* scratch, long m, long n, long k, Matrix a, Matrix b, Target c) {
  if (m == 0 || n == 0) return;
  if (k == 0) return multiply(scratch, m, n, k, a, b, c);
  for (long j = 0; j < n; j += PANEL_COLUMNS) {
    const long columns = least(PANEL_COLUMNS, n - j);
    for (long p = 0; p < k; p += PANEL_DEPTH) {
      const long depth = least(PANEL_DEPTH, k - p);
      pack_columns(b.from(p, j), depth, columns, scratch->right);
      pair_strips(scratch->right, columns, TILE_COLUMNS, depth);
      for (long i = 0; i < m; i += BLOCK_ROWS) {
        const long rows = least(BLOCK_ROWS, m - i);
        pack_rows(a.from(i, p), rows, depth, scratch->left);
        pair_strips(scratch->left, rows, TILE_ROWS, depth);
        Target target = c.from(i, j);
        target.adds = c.adds || p > 0;
        multiply_pairs(scratch, rows, columns, depth, target);
      }
    }
  }
}

static void matmul_bf16(Scratch* scratch, const float* a, const float* b, float* c,
                        const float* bias, const MatmulShape* s, const MatmulPart* part) {
  each_product(a, b, c, bias, s, part, [=](long m, long n, Matrix left, Matrix right, Target to) {
    multiply_bf16(scratch, m, n, s->k, left, right, to);
  });
}
