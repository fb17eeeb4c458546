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

static void attention(Scratch* scratch, const float* qkv, float* out, float* statistics,
                      const AttentionShape* s) {
  for (long sequence = 0; sequence < s->batch; sequence++) {
    for (long head = 0; head < s->heads; head++) {
      const Head h = head_of(s, sequence, head);
      const float *q = qkv + h.offset, *k = q + h.width, *v = k + h.width;
      float* result = out + sequence * h.tokens * h.width + head * h.size;
      float* logs = statistics + (sequence * s->heads + head) * h.tokens;
      float* scores = scratch->scores;
      for (long first = 0; first < h.tokens; first += QUERY_ROWS) {
        const long rows = least(QUERY_ROWS, h.tokens - first);
        const long keys = h.keys(first, rows);
        dot_rows(scratch, h, q + first * h.rowStride, h.rowStride, rows, k, h.rowStride, keys,
                 scores);
        for (long i = 0; i < rows; i++) {
          float* row = scores + i * h.tokens;
          const long seen = h.seen(first + i);
          const float scale = h.scale;
          map(seen, row, row, [=](Vector x) { return x * scale; });
          const float most = row_maximum(seen, row);
          const float sum = exponential_sum(seen, row, most);
          const float inverse = 1.0f / sum;
          map(seen, row, row, [=](Vector x) { return exponential(x - most) * inverse; });
          for (long j = seen; j < keys; j++) row[j] = 0;
          logs[first + i] = most + __builtin_logf(sum);
        }
        const Matrix probabilities = {scores, h.tokens, 1};
        const Matrix values = {v, h.rowStride, 1};
        multiply(scratch, rows, h.size, keys, probabilities, values,
                 {result + first * h.width, h.width, nullptr, false});
      }
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

static void attention_backward(Scratch* scratch, const float* qkv, const float* out,
                               const float* statistics, const float* dout, float* dqkv,
                               const AttentionShape* s) {
  for (long i = 0; i < s->batch * s->tokens * 3 * s->heads * s->headSize; i++) dqkv[i] = 0;
  for (long sequence = 0; sequence < s->batch; sequence++) {
    for (long head = 0; head < s->heads; head++) {
      const Head h = head_of(s, sequence, head);
      const float *q = qkv + h.offset, *k = q + h.width, *v = k + h.width;
      float *dq = dqkv + h.offset, *dk = dq + h.width, *dv = dk + h.width;
      const float* result = out + sequence * h.tokens * h.width + head * h.size;
      const float* dresult = dout + sequence * h.tokens * h.width + head * h.size;
      const float* logs = statistics + (sequence * s->heads + head) * h.tokens;
      float *p = scratch->scores, *d = scratch->scores + QUERY_ROWS * h.tokens;
      for (long first = 0; first < h.tokens; first += QUERY_ROWS) {
        const long rows = least(QUERY_ROWS, h.tokens - first);
        const long keys = h.keys(first, rows);
        const float *queries = q + first * h.rowStride, *gradients = dresult + first * h.width;
        dot_rows(scratch, h, queries, h.rowStride, rows, k, h.rowStride, keys, p);
        dot_rows(scratch, h, gradients, h.width, rows, v, h.rowStride, keys, d);
        score_gradients(h, first, rows, logs, result, dresult, p, d);
        multiply(scratch, keys, h.size, rows, {p, 1, h.tokens}, {gradients, h.width, 1},
                 {dv, h.rowStride, nullptr, true});
        multiply(scratch, rows, h.size, keys, {d, h.tokens, 1}, {k, h.rowStride, 1},
                 {dq + first * h.rowStride, h.rowStride, nullptr, true});
        multiply(scratch, keys, h.size, rows, {d, 1, h.tokens}, {queries, h.rowStride, 1},
                 {dk, h.rowStride, nullptr, true});
      }
    }
  }
}
