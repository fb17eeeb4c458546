// Matrix multiplication: packed panels, cache blocks, a register tile of TILE_ROWS × TILE_COLUMNS.
// The scheme is that of Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication": a panel of B stays in the outer cache, a block of A in the second, a strip of B
// in the first, and a tile of C in registers.

/** Element (i, j) lies at data[i·rowStride + j·columnStride], so a transpose costs nothing. */
struct Matrix {
  const float* data;
  long rowStride;
  long columnStride;
};

/** What becomes of the tile: C = tile + bias, or C += tile. */
struct Target {
  float* data;
  long rowStride;
  const float* bias;
  bool adds;
};

static const long VECTORS = TILE_COLUMNS / LANES;

static inline long least(long a, long b) { return a < b ? a : b; }

/** Strips of TILE_ROWS rows, each column after column, padded with zeros. */
static void pack_rows(Matrix a, long rows, long depth, float* to) {
  for (long i = 0; i < rows; i += TILE_ROWS) {
    const long count = least(TILE_ROWS, rows - i);
    const float* from = a.data + i * a.rowStride;
    if (count == TILE_ROWS) {
      for (long p = 0; p < depth; p++, from += a.columnStride, to += TILE_ROWS) {
#pragma GCC unroll 16
        for (long r = 0; r < TILE_ROWS; r++) to[r] = from[r * a.rowStride];
      }
      continue;
    }
    for (long p = 0; p < depth; p++, from += a.columnStride, to += TILE_ROWS) {
      for (long r = 0; r < count; r++) to[r] = from[r * a.rowStride];
      for (long r = count; r < TILE_ROWS; r++) to[r] = 0;
    }
  }
}

/** Strips of TILE_COLUMNS columns, each row after row, padded with zeros. */
static void pack_columns(Matrix b, long depth, long columns, float* to) {
  for (long j = 0; j < columns; j += TILE_COLUMNS) {
    const long count = least(TILE_COLUMNS, columns - j);
    const float* from = b.data + j * b.columnStride;
    if (b.columnStride == 1 && count == TILE_COLUMNS) {
      for (long p = 0; p < depth; p++)
        for (long v = 0; v < VECTORS; v++)
          store(to + p * TILE_COLUMNS + v * LANES, load(from + p * b.rowStride + v * LANES));
    } else {
      for (long c = 0; c < count; c++)
        for (long p = 0; p < depth; p++)
          to[p * TILE_COLUMNS + c] = from[p * b.rowStride + c * b.columnStride];
      for (long c = count; c < TILE_COLUMNS; c++)
        for (long p = 0; p < depth; p++) to[p * TILE_COLUMNS + c] = 0;
    }
    to += depth * TILE_COLUMNS;
  }
}

/** Any part of a tile, at the edges of C. */
static void finish_part(Target c, const Vector tile[][VECTORS], long rows, long columns) {
  for (long r = 0; r < rows; r++) {
    for (long v = 0; v * LANES < columns; v++) {
      const long count = least(LANES, columns - v * LANES);
      float* to = c.data + r * c.rowStride + v * LANES;
      Vector value = tile[r][v];
      if (c.adds) value += load_part(to, count, 0);
      else if (c.bias) value += load_part(c.bias + v * LANES, count, 0);
      store_part(to, value, count);
    }
  }
}

/** A whole tile; bounds are constant, so the compiler keeps it in registers up to here. */
static inline void finish_whole(Target c, Vector tile[][VECTORS]) {
  const Vector zero = {};
#pragma GCC unroll 8
  for (long v = 0; v < VECTORS; v++) {
    const Vector bias = c.bias && !c.adds ? load(c.bias + v * LANES) : zero;
#pragma GCC unroll 16
    for (long r = 0; r < TILE_ROWS; r++) {
      float* to = c.data + r * c.rowStride + v * LANES;
      store(to, tile[r][v] + (c.adds ? load(to) : bias));
    }
  }
}

static void multiply_tile(long depth, const float* a, const float* b, Target c, long rows,
                          long columns) {
  Vector tile[TILE_ROWS][VECTORS] = {};
  for (long p = 0; p < depth; p++) {
    Vector y[VECTORS];
#pragma GCC unroll 8
    for (long v = 0; v < VECTORS; v++) y[v] = load(b + v * LANES);
#pragma GCC unroll 16
    for (long r = 0; r < TILE_ROWS; r++) {
      const Vector x = broadcast(a[r]);
#pragma GCC unroll 8
      for (long v = 0; v < VECTORS; v++) tile[r][v] += x * y[v];
    }
    a += TILE_ROWS;
    b += TILE_COLUMNS;
  }
  if (rows == TILE_ROWS && columns == TILE_COLUMNS) finish_whole(c, tile);
  else finish_part(c, tile, rows, columns);
}

/** C = A·B (+ bias on every row), or C += A·B; A is m×k, B is k×n. */
static void multiply(Scratch* scratch, long m, long n, long k, Matrix a, Matrix b, Target c) {
  if (k == 0 && !c.adds) {
    for (long i = 0; i < m; i++)
      for (long j = 0; j < n; j++) c.data[i * c.rowStride + j] = c.bias ? c.bias[j] : 0;
  }
  for (long j = 0; j < n; j += PANEL_COLUMNS) {
    const long columns = least(PANEL_COLUMNS, n - j);
    for (long p = 0; p < k; p += PANEL_DEPTH) {
      const long depth = least(PANEL_DEPTH, k - p);
      const Matrix right = {b.data + p * b.rowStride + j * b.columnStride, b.rowStride,
                            b.columnStride};
      pack_columns(right, depth, columns, scratch->right);
      for (long i = 0; i < m; i += BLOCK_ROWS) {
        const long rows = least(BLOCK_ROWS, m - i);
        const Matrix left = {a.data + i * a.rowStride + p * a.columnStride, a.rowStride,
                             a.columnStride};
        pack_rows(left, rows, depth, scratch->left);
        for (long jj = 0; jj < columns; jj += TILE_COLUMNS) {
          for (long ii = 0; ii < rows; ii += TILE_ROWS) {
            const Target target = {c.data + (i + ii) * c.rowStride + j + jj, c.rowStride,
                                   c.bias ? c.bias + j + jj : nullptr, c.adds || p > 0};
            multiply_tile(depth, scratch->left + ii * depth, scratch->right + jj * depth, target,
                          least(TILE_ROWS, rows - ii), least(TILE_COLUMNS, columns - jj));
          }
        }
      }
    }
  }
}

static void matmul(Scratch* scratch, const float* a, const float* b, float* c, const float* bias,
                   const MatmulShape* s) {
  for (long i = 0; i < s->batch; i++) {
    const Matrix left = {a + i * s->m * s->k, s->transposesA ? 1 : s->k, s->transposesA ? s->m : 1};
    const Matrix right = {b + i * s->k * s->n, s->transposesB ? 1 : s->n,
                          s->transposesB ? s->k : 1};
    const Target target = {c + i * s->m * s->n, s->n, bias, s->accumulates};
    multiply(scratch, s->m, s->n, s->k, left, right, target);
  }
}

/** Independent chains of fused multiply-adds and nothing else: the processor's ceiling. */
static double fma_burst(long rounds) {
  const long CHAINS = TILE_ROWS * VECTORS;
  volatile float one = 0.999999f, little = 1e-6f;
  const Vector x = broadcast(one), y = broadcast(little);
  // Read anew for each chain: equal chains would be computed once, and the peak overstated.
  Vector chain[CHAINS];
  for (long j = 0; j < CHAINS; j++) chain[j] = broadcast(one);
  for (long i = 0; i < rounds; i++) {
#pragma GCC unroll 32
    for (long j = 0; j < CHAINS; j++) chain[j] = chain[j] * x + y;
  }
  float sum = 0;
  for (long j = 0; j < CHAINS; j++) sum += sum_of(chain[j]);
  volatile float used = sum;
  (void)used;
  return 2.0 * rounds * CHAINS * LANES;
}
