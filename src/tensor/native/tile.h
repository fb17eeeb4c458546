// The innermost product: a tile of C in registers, a column of A and a row of B at a time.

/** What becomes of the tile: C = tile + bias, or C += tile. */
struct Target {
  float* data;
  long rowStride;
  const float* bias;
  bool adds;

  Target from(long i, long j) const {
    return {data + i * rowStride + j, rowStride, bias ? bias + j : nullptr, adds};
  }
};

static const long VECTORS = TILE_COLUMNS / LANES;

/** Whole vectors of C; bounds are constant, so the compiler keeps the tile in registers. */
template <long ROWS, long COUNT>
static inline void finish_whole(Target c, Vector tile[ROWS][COUNT]) {
  const Vector zero = {};
#pragma GCC unroll 8
  for (long v = 0; v < COUNT; v++) {
    const Vector bias = c.bias && !c.adds ? load(c.bias + v * LANES) : zero;
#pragma GCC unroll 16
    for (long r = 0; r < ROWS; r++) {
      float* to = c.data + r * c.rowStride + v * LANES;
      store(to, tile[r][v] + (c.adds ? load(to) : bias));
    }
  }
}

/** The last vector of each row is cut off at `columns`. */
template <long ROWS, long COUNT>
static inline void finish_part(Target c, Vector tile[ROWS][COUNT], long columns) {
  const Vector zero = {};
#pragma GCC unroll 8
  for (long v = 0; v < COUNT; v++) {
    const long count = least(LANES, columns - v * LANES);
    const Vector bias = c.bias && !c.adds ? load_first(c.bias + v * LANES, count) : zero;
#pragma GCC unroll 16
    for (long r = 0; r < ROWS; r++) {
      float* to = c.data + r * c.rowStride + v * LANES;
      store_first(to, tile[r][v] + (c.adds ? load_first(to, count) : bias), count);
    }
  }
}

/** a holds ROWS rows, b COUNT vectors a row; `columns` of them are wanted. */
template <long ROWS, long COUNT>
static inline __attribute__((always_inline)) void multiply_tile(long depth, Matrix a, Matrix b,
                                                                Target c, long columns) {
  Vector tile[ROWS][COUNT] = {};
  const float *left = a.data, *right = b.data;
  for (long p = 0; p < depth; p++) {
    Vector y[COUNT];
#pragma GCC unroll 8
    for (long v = 0; v < COUNT; v++) y[v] = load(right + v * LANES);
#pragma GCC unroll 16
    for (long r = 0; r < ROWS; r++) {
      const Vector x = broadcast(left[r * a.rowStride]);
#pragma GCC unroll 8
      for (long v = 0; v < COUNT; v++) tile[r][v] += x * y[v];
    }
    left += a.columnStride;
    right += b.rowStride;
  }
  if (columns == COUNT * LANES) finish_whole<ROWS, COUNT>(c, tile);
  else finish_part<ROWS, COUNT>(c, tile, columns);
}

/** A whole tile of packed strips: strides are constants. */
static void packed_tile(long depth, const float* a, const float* b, Target c) {
  multiply_tile<TILE_ROWS, VECTORS>(depth, {a, 1, TILE_ROWS}, {b, TILE_COLUMNS, 1}, c,
                                    TILE_COLUMNS);
}

template <long ROWS>
static void tile_of_rows(long depth, Matrix a, Matrix b, Target c, long columns) {
  if (columns <= LANES) multiply_tile<ROWS, 1>(depth, a, b, c, columns);
  else multiply_tile<ROWS, VECTORS>(depth, a, b, c, columns);
}

/** A tile of any size, of strips packed or not. */
template <long ROWS = TILE_ROWS>
static inline void any_tile(long depth, Matrix a, Matrix b, Target c, long rows, long columns) {
  if (rows == ROWS) return tile_of_rows<ROWS>(depth, a, b, c, columns);
  if constexpr (ROWS > 1) any_tile<ROWS - 1>(depth, a, b, c, rows, columns);
}
