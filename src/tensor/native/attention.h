// Multi-head attention, causal or over all tokens, computed a block of query rows at a time, so
// that the matrix of all scores never exists (Dao et al. 2022, arXiv:2205.14135). What survives a
// forward pass is one number a row, the logarithm of its sum of exponentials, from which backward
// makes the probabilities again.
//
// qkv is [batch, tokens, 3 · heads · headSize]: all queries of a token, its keys, its values.

/** One head of one sequence: where its queries, keys and values start, and how far rows are. */
struct Head {
  long offset, rowStride, width, tokens, size;
  float scale;
  bool causal;

  /** Keys that the rows from `first` on need, and how many of them row `first + i` sees. */
  long keys(long first, long rows) const { return causal ? first + rows : tokens; }
  long seen(long row) const { return causal ? row + 1 : tokens; }
};

static inline Head head_of(const AttentionShape* s, long sequence, long head) {
  const long width = s->heads * s->headSize;
  Head h;
  h.width = width;
  h.rowStride = 3 * width;
  h.offset = sequence * s->tokens * h.rowStride + head * s->headSize;
  h.tokens = s->tokens;
  h.size = s->headSize;
  h.scale = 1.0f / __builtin_sqrtf((float)s->headSize);
  h.causal = s->causal;
  return h;
}

/** to[i, j] = left[first + i] · right[j], for `rows` rows and the first `keys` keys. */
static void dot_rows(Scratch* scratch, const Head& h, const float* left, long leftStride, long rows,
                     const float* right, long rightStride, long keys, float* to) {
  const Matrix a = {left, leftStride, 1};
  const Matrix b = {right, 1, rightStride};
  multiply(scratch, rows, keys, h.size, a, b, {to, h.tokens, nullptr, false});
}

/** Softmax of the scores of some rows, in place; zero where a row must not see. */
static void normalize_scores(const Head& h, long first, long rows, float* scores, float* logs) {
  const float scale = h.scale;
  const long keys = h.keys(first, rows);
  for (long i = 0; i < rows; i++) {
    float* row = scores + i * h.tokens;
    const long seen = h.seen(first + i);
    // The largest score is the scaled largest product, since the scale is positive.
    const float most = row_maximum(seen, row) * scale;
    map(seen, row, row, [=](Vector x) { return exponential(x * scale - most); });
    const float sum = total(seen, row, row, 0, [](Vector x, Vector) { return x; });
    const float inverse = 1.0f / sum;
    map(seen, row, row, [=](Vector x) { return x * inverse; });
    for (long j = seen; j < keys; j++) row[j] = 0;
    logs[first + i] = most + logarithm(sum);
  }
}

static void attention(Scratch* scratch, const float* qkv, float* out, float* statistics,
                      const AttentionShape* s, long head, long headEnd) {
  for (long item = head; item < headEnd; item++) {
    const long sequence = item / s->heads;
    const Head h = head_of(s, sequence, item % s->heads);
    const float *q = qkv + h.offset, *k = q + h.width, *v = k + h.width;
    float* result = out + sequence * h.tokens * h.width + item % s->heads * h.size;
    float* scores = scratch->scores;
    for (long first = 0; first < h.tokens; first += QUERY_ROWS) {
      const long rows = least(QUERY_ROWS, h.tokens - first);
      const long keys = h.keys(first, rows);
      dot_rows(scratch, h, q + first * h.rowStride, h.rowStride, rows, k, h.rowStride, keys,
               scores);
      normalize_scores(h, first, rows, scores, statistics + item * h.tokens);
      multiply(scratch, rows, h.size, keys, {scores, h.tokens, 1}, {v, h.rowStride, 1},
               {result + first * h.width, h.width, nullptr, false});
    }
  }
}

/**
 * P = exp(scale · q·kᵀ − log), D = Σ dout·out, dS = scale · P ∘ (dout·vᵀ − D); both in place of
 * the scores: P in `p`, dS in `d`. Columns a row must not see become zero in both.
 */
static void score_gradients(const Head& h, long first, long rows, const float* logs,
                            const float* result, const float* dresult, float* p, float* d) {
  const float scale = h.scale;
  for (long i = 0; i < rows; i++) {
    float *prow = p + i * h.tokens, *drow = d + i * h.tokens;
    const long seen = h.seen(first + i);
    const float log_sum = logs[first + i];
    const float dot = total(h.size, result + (first + i) * h.width, dresult + (first + i) * h.width,
                            0, [](Vector o, Vector g) { return o * g; });
    map(seen, prow, prow, [=](Vector x) { return exponential(x * scale - log_sum); });
    map(seen, prow, drow, drow, [=](Vector x, Vector g) { return x * (g - dot) * scale; });
    for (long j = seen; j < h.keys(first, rows); j++) prow[j] = drow[j] = 0;
  }
}

/** to = pᵀ·x for all keys, added to what the first `added` of them have. */
static void add_product(Scratch* scratch, const Head& h, long added, long keys, long rows,
                        const float* p, const float* x, long stride, float* to) {
  const Matrix right = {x, stride, 1};
  multiply(scratch, added, h.size, rows, {p, 1, h.tokens}, right,
           {to, h.rowStride, nullptr, true});
  multiply(scratch, keys - added, h.size, rows, {p + added, 1, h.tokens}, right,
           {to + added * h.rowStride, h.rowStride, nullptr, false});
}

static void attention_backward(Scratch* scratch, const float* qkv, const float* out,
                               const float* statistics, const float* dout, float* dqkv,
                               const AttentionShape* s, long head, long headEnd) {
  for (long item = head; item < headEnd; item++) {
    const long sequence = item / s->heads;
    const Head h = head_of(s, sequence, item % s->heads);
    const long place = sequence * h.tokens * h.width + item % s->heads * h.size;
    const float *q = qkv + h.offset, *k = q + h.width, *v = k + h.width;
    float *dq = dqkv + h.offset, *dk = dq + h.width, *dv = dk + h.width;
    const float *result = out + place, *dresult = dout + place;
    const float* logs = statistics + item * h.tokens;
    float *p = scratch->scores, *d = scratch->scores + QUERY_ROWS * h.tokens;
    for (long first = 0; first < h.tokens; first += QUERY_ROWS) {
      const long rows = least(QUERY_ROWS, h.tokens - first);
      const long keys = h.keys(first, rows);
      const float *queries = q + first * h.rowStride, *gradients = dresult + first * h.width;
      dot_rows(scratch, h, queries, h.rowStride, rows, k, h.rowStride, keys, p);
      dot_rows(scratch, h, gradients, h.width, rows, v, h.rowStride, keys, d);
      score_gradients(h, first, rows, logs, result, dresult, p, d);
      // Rows of later queries come first to the last keys: those start from nothing.
      const long added = first == 0 ? 0 : h.causal ? first : keys;
      add_product(scratch, h, added, keys, rows, p, gradients, h.width, dv);
      add_product(scratch, h, added, keys, rows, d, queries, h.rowStride, dk);
      multiply(scratch, rows, h.size, keys, {d, h.tokens, 1}, {k, h.rowStride, 1},
               {dq + first * h.rowStride, h.rowStride, nullptr, false});
    }
  }
}
