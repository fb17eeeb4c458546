// Copies of matrix blocks in the order in which a tile reads them: strips of TILE_ROWS rows or of
// TILE_COLUMNS columns, padded with zeros. Rows that lie one behind the other are transposed in
// registers, a square of LANES × LANES at a time.

/** Element (i, j) lies at data[i·rowStride + j·columnStride], so a transpose costs nothing. */
struct Matrix {
  const float* data;
  long rowStride;
  long columnStride;

  const float* at(long i, long j) const { return data + i * rowStride + j * columnStride; }
  Matrix from(long i, long j) const { return {at(i, j), rowStride, columnStride}; }
  Matrix transposed() const { return {data, columnStride, rowStride}; }
};

static inline long least(long a, long b) { return a < b ? a : b; }

/**
 * Up to LANES rows, contiguous along `depth`, as columns `width` apart. Stores whole vectors:
 * what is too much is overwritten by the next column, so columns come in order and the memory
 * goes on for one vector behind the last.
 */
static inline void pack_transposed(const float* from, long rowStride, long rows, long depth,
                                   long width, float* to) {
  long p = 0;
  for (; p + LANES <= depth; p += LANES) {
    Vector square[LANES];
#pragma GCC unroll 16
    for (long r = 0; r < LANES; r++)
      square[r] = r < rows ? load(from + r * rowStride + p) : (Vector){};
    transpose(square);
#pragma GCC unroll 16
    for (long c = 0; c < LANES; c++) store(to + (p + c) * width, square[c]);
  }
  for (; p < depth; p++)
    for (long r = 0; r < LANES; r++) to[p * width + r] = r < rows ? from[r * rowStride + p] : 0;
}

/** Columns copied in turns, so that a line of memory is read once and written once. */
static const long COLUMNS_AT_ONCE = 16;

/** One strip of `width` rows of which `count` are there, any strides; whole vectors as above. */
static void pack_part(Matrix m, long count, long depth, long width, float* to) {
  for (long p = 0; p < depth; p++, to += width) {
    const float* from = m.at(0, p);
    for (long r = 0; r < width; r += LANES) {
      Vector lanes = {};
      if (m.rowStride == 1 && r < count) lanes = load_first(from + r, least(LANES, count - r));
      else
        for (long i = r; i < least(count, r + LANES); i++) lanes[i - r] = from[i * m.rowStride];
      store(to + r, lanes);
    }
  }
}

static_assert(TILE_ROWS <= LANES || TILE_ROWS % LANES == 0, "squares fill a strip of rows");
static_assert(TILE_COLUMNS % LANES == 0, "squares fill a strip of columns");

/** Strips of a matrix whose columns lie one behind the other: a few at a time, whole lines. */
static void pack_rows_of_columns(Matrix a, long rows, long depth, float* to) {
  const long whole = rows - rows % TILE_ROWS;
  for (long first = 0; first < depth; first += COLUMNS_AT_ONCE) {
    const long end = least(depth, first + COLUMNS_AT_ONCE);
    for (long i = 0; i < whole; i += TILE_ROWS) {
      float* strip = to + i * depth;
      // A vector may write more than its column: the last one of a strip must not.
      for (long p = first; p < end; p++)
        for (long r = 0; r < TILE_ROWS; r += LANES) {
          const long count = least(LANES, TILE_ROWS - r);
          if (p + 1 < depth && i + r + LANES <= rows)
            store(strip + p * TILE_ROWS + r, load(a.at(i + r, p)));
          else
            store_first(strip + p * TILE_ROWS + r, load_first(a.at(i + r, p), count), count);
        }
    }
  }
  if (whole < rows) pack_part(a.from(whole, 0), rows - whole, depth, TILE_ROWS, to + whole * depth);
}

/** Strips of TILE_ROWS rows, each column after column. */
static void pack_rows(Matrix a, long rows, long depth, float* to) {
  if (a.rowStride == 1 && a.columnStride != 1) return pack_rows_of_columns(a, rows, depth, to);
  for (long i = 0; i < rows; i += TILE_ROWS, to += TILE_ROWS * depth) {
    const long count = least(TILE_ROWS, rows - i);
    const Matrix strip = a.from(i, 0);
    if (a.columnStride == 1 && count == TILE_ROWS) {
      for (long r = 0; r < TILE_ROWS; r += LANES)
        pack_transposed(strip.at(r, 0), a.rowStride, least(LANES, TILE_ROWS - r), depth, TILE_ROWS,
                        to + r);
    } else {
      pack_part(strip, count, depth, TILE_ROWS, to);
    }
  }
}

/** Strips of TILE_COLUMNS columns, each row after row. */
static void pack_columns(Matrix b, long depth, long columns, float* to) {
  for (long j = 0; j < columns; j += TILE_COLUMNS, to += TILE_COLUMNS * depth) {
    const long count = least(TILE_COLUMNS, columns - j);
    const Matrix strip = b.from(0, j);
    if (b.columnStride == 1 && count == TILE_COLUMNS) {
      for (long p = 0; p < depth; p++) {
#pragma GCC unroll 8
        for (long c = 0; c < TILE_COLUMNS; c += LANES)
          store(to + p * TILE_COLUMNS + c, load(strip.at(p, c)));
      }
    } else if (b.rowStride == 1 && count == TILE_COLUMNS) {
      for (long c = 0; c < TILE_COLUMNS; c += LANES)
        pack_transposed(strip.at(0, c), b.columnStride, LANES, depth, TILE_COLUMNS, to + c);
    } else {
      pack_part(strip.transposed(), count, depth, TILE_COLUMNS, to);
    }
  }
}
