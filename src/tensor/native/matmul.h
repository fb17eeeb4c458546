// Matrix multiplication: packed panels, cache blocks, a register tile of TILE_ROWS × TILE_COLUMNS.
// The scheme is that of Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication": a panel of B stays in the outer cache, a block of A in the second, a strip of B
// in the first, and a tile of C in registers. What is used a few times only is read where it lies,
// since copying it would cost more than it saves.
//
// Each element of C is one chain of multiply-adds in the order of k, broken at PANEL_DEPTH. How C
// is cut into tiles, blocks and threads changes no bit of it.

/** Below so many rows of C a row-major B is not copied, below so many columns A is not. */
static const long COPIED_ROWS = 8 * TILE_ROWS, COPIED_COLUMNS = 6 * TILE_COLUMNS;

/** An operand: where it lies, and its copy in strips, or null. */
struct Strips {
  Matrix matrix;
  const float* copy;
};

/** A block of C. Of B's last strip there is always a copy if it is not whole. */
static void multiply_block(long rows, long columns, long depth, Strips a, Strips b,
                           const float* last, Target c) {
  for (long j = 0; j < columns; j += TILE_COLUMNS) {
    const long width = least(TILE_COLUMNS, columns - j);
    const float* copy = b.copy ? b.copy + j * depth : width < TILE_COLUMNS ? last : nullptr;
    const Matrix right = copy ? Matrix{copy, TILE_COLUMNS, 1} : b.matrix.from(0, j);
    for (long i = 0; i < rows; i += TILE_ROWS) {
      const long height = least(TILE_ROWS, rows - i);
      const Target target = c.from(i, j);
      if (a.copy && b.copy && height == TILE_ROWS && width == TILE_COLUMNS) {
        packed_tile(depth, a.copy + i * depth, copy, target);
      } else {
        const Matrix left =
            a.copy ? Matrix{a.copy + i * depth, 1, TILE_ROWS} : a.matrix.from(i, 0);
        any_tile(depth, left, right, target, height, width);
      }
    }
  }
}

/** C = A·B (+ bias on every row), or C += A·B; A is m×k, B is k×n. */
static void multiply(Scratch* scratch, long m, long n, long k, Matrix a, Matrix b, Target c) {
  if (m == 0 || n == 0) return;
  if (k == 0 && !c.adds) {
    for (long i = 0; i < m; i++)
      for (long j = 0; j < n; j++) c.data[i * c.rowStride + j] = c.bias ? c.bias[j] : 0;
  }
  const bool copiesA = n > COPIED_COLUMNS, copiesB = b.columnStride != 1 || m > COPIED_ROWS;
  for (long j = 0; j < n; j += PANEL_COLUMNS) {
    const long columns = least(PANEL_COLUMNS, n - j), whole = columns - columns % TILE_COLUMNS;
    for (long p = 0; p < k; p += PANEL_DEPTH) {
      const long depth = least(PANEL_DEPTH, k - p);
      const Strips right = {b.from(p, j), copiesB ? scratch->right : nullptr};
      const long copied = copiesB ? 0 : whole;
      pack_columns(right.matrix.from(0, copied), depth, columns - copied, scratch->right);
      for (long i = 0; i < m; i += BLOCK_ROWS) {
        const long rows = least(BLOCK_ROWS, m - i);
        const Strips left = {a.from(i, p), copiesA ? scratch->left : nullptr};
        if (copiesA) pack_rows(left.matrix, rows, depth, scratch->left);
        Target target = c.from(i, j);
        target.adds = c.adds || p > 0;
        multiply_block(rows, columns, depth, left, right, scratch->right, target);
      }
    }
  }
}

/** The rows and columns of C that `part` names, of each product of the batch that it names. */
template <class F>
static inline void each_product(const float* a, const float* b, float* c, const float* bias,
                                const MatmulShape* s, const MatmulPart* part, F f) {
  const long m = part->rowEnd - part->row, n = part->columnEnd - part->column;
  for (long i = part->item; i < part->itemEnd; i++) {
    const Matrix left = {a + i * s->m * s->k, s->transposesA ? 1 : s->k, s->transposesA ? s->m : 1};
    const Matrix right = {b + i * s->k * s->n, s->transposesB ? 1 : s->n,
                          s->transposesB ? s->k : 1};
    const Target target = {c + i * s->m * s->n, s->n, bias, s->accumulates};
    f(m, n, left.from(part->row, 0), right.from(0, part->column),
      target.from(part->row, part->column));
  }
}

static void matmul(Scratch* scratch, const float* a, const float* b, float* c, const float* bias,
                   const MatmulShape* s, const MatmulPart* part) {
  each_product(a, b, c, bias, s, part, [=](long m, long n, Matrix left, Matrix right, Target to) {
    multiply(scratch, m, n, s->k, left, right, to);
  });
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
