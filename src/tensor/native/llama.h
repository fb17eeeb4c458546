// What Llama-like models and mixtures of experts have beyond GPT: root-mean-square norm, turned
// queries and keys, gated activation, lookups in a part of a table, weighted sums of rows.
// Formulas and sources: reference/llama.ts and reference/routing.ts.

static void rms_norm(long rows, long columns, float epsilon, const float* x, const float* scale,
                     float* y, float* statistics) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    const float squares = total(columns, x, x, 0, [](Vector v, Vector w) { return v * w; });
    const float inverse = 1.0f / __builtin_sqrtf(squares / columns + epsilon);
    statistics[r] = inverse;
    map(columns, x, scale, y, [=](Vector v, Vector s) { return v * inverse * s; });
  }
}

/** With n = x·inverse and g = dy·scale: dx = inverse·(g − n·avg(g·n)), dscale += dy·n. */
static void rms_norm_backward(long rows, long columns, const float* x, const float* scale,
                              const float* statistics, const float* dy, float* dx, float* dscale) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    const float inverse = statistics[r];
    // dx holds g for the moment.
    map(columns, dy, scale, dx, [](Vector d, Vector s) { return d * s; });
    const float dot = total(columns, x, dx, 0, [](Vector v, Vector g) { return v * g; });
    const float share = inverse * inverse * dot / columns;
    map(columns, dx, x, dx, [=](Vector g, Vector v) { return inverse * (g - v * share); });
    long i = 0;
    for (; i + LANES <= columns; i += LANES)
      store(dscale + i, load(dscale + i) + load(dy + i) * load(x + i) * inverse);
    for (; i < columns; i++) dscale[i] += dy[i] * x[i] * inverse;
  }
}

/** (a, b) becomes (a·cos − b·sin, b·cos + a·sin), b being half a head behind a. */
static inline void turn_head(const float* x, const float* turns, float* y, long half) {
  for (long i = 0; i < half; i++) {
    const float cosine = turns[2 * i], sine = turns[2 * i + 1], a = x[i], b = x[half + i];
    y[i] = a * cosine - b * sine;
    y[half + i] = b * cosine + a * sine;
  }
}

static inline void turn_back(const float* dy, const float* turns, float* dx, long half) {
  for (long i = 0; i < half; i++) {
    const float cosine = turns[2 * i], sine = turns[2 * i + 1], a = dy[i], b = dy[half + i];
    dx[i] += a * cosine + b * sine;
    dx[half + i] += b * cosine - a * sine;
  }
}

static void rotary(const float* qkv, const float* turns, float* y, const RotaryShape* s) {
  const long size = s->headSize, group = s->heads / s->keyValueHeads;
  const long narrow = (s->heads + 2 * s->keyValueHeads) * size, wide = 3 * s->heads * size;
  for (long r = 0; r < s->batch * s->tokens; r++, qkv += narrow, y += wide) {
    const float* turn = turns + r % s->tokens * size;
    for (long head = 0; head < s->heads; head++) {
      const float* key = qkv + (s->heads + head / group) * size;
      const float* value = key + s->keyValueHeads * size;
      float* to = y + head * size;
      turn_head(qkv + head * size, turn, to, size / 2);
      turn_head(key, turn, to + s->heads * size, size / 2);
      for (long i = 0; i < size; i++) to[2 * s->heads * size + i] = value[i];
    }
  }
}

static void rotary_backward(const float* dy, const float* turns, float* dqkv,
                            const RotaryShape* s) {
  const long size = s->headSize, group = s->heads / s->keyValueHeads;
  const long narrow = (s->heads + 2 * s->keyValueHeads) * size, wide = 3 * s->heads * size;
  for (long r = 0; r < s->batch * s->tokens; r++, dqkv += narrow, dy += wide) {
    const float* turn = turns + r % s->tokens * size;
    for (long i = 0; i < narrow; i++) dqkv[i] = 0;
    for (long head = 0; head < s->heads; head++) {
      float* key = dqkv + (s->heads + head / group) * size;
      float* value = key + s->keyValueHeads * size;
      const float* from = dy + head * size;
      turn_back(from, turn, dqkv + head * size, size / 2);
      turn_back(from + s->heads * size, turn, key, size / 2);
      add(size, value, from + 2 * s->heads * size, value);
    }
  }
}

static void swiglu(long rows, long columns, const float* x, float* y) {
  for (long r = 0; r < rows; r++, x += 2 * columns, y += columns)
    map(columns, x, x + columns, y, [](Vector g, Vector u) {
      return g / (exponential(-g) + 1.0f) * u;
    });
}

static void swiglu_backward(long rows, long columns, const float* x, const float* dy, float* dx) {
  for (long r = 0; r < rows; r++, x += 2 * columns, dx += 2 * columns, dy += columns) {
    // The gradient of the gate, but for the factor u, which comes last.
    map(columns, x, dy, dx, [](Vector g, Vector d) {
      const Vector s = 1.0f / (exponential(-g) + 1.0f);
      return d * s * (1.0f + g * (1.0f - s));
    });
    map(columns, x, dy, dx + columns, [](Vector g, Vector d) {
      return d * g / (exponential(-g) + 1.0f);
    });
    map(columns, dx, x + columns, dx, [](Vector d, Vector u) { return d * u; });
  }
}

static void lookup(long count, long columns, long entries, long first, const int* ids,
                   const float* rows, float* y) {
  for (long i = 0; i < count; i++, y += columns) {
    const long row = ids[i] - first;
    const bool is_here = row >= 0 && row < entries;
    for (long c = 0; c < columns; c++) y[c] = is_here ? rows[row * columns + c] : 0;
  }
}

static void lookup_backward(long count, long columns, long entries, long first, const int* ids,
                            const float* dy, float* drows) {
  for (long i = 0; i < count; i++, dy += columns) {
    const long row = ids[i] - first;
    if (row < 0 || row >= entries) continue;
    add(columns, drows + row * columns, dy, drows + row * columns);
  }
}

static void combine(long rows, long picks, long columns, const float* x, const float* weights,
                    const int* places, float* y) {
  for (long r = 0; r < rows; r++, y += columns) {
    for (long c = 0; c < columns; c++) y[c] = 0;
    for (long p = r * picks; p < (r + 1) * picks; p++) {
      const float weight = weights[p];
      map(columns, x + places[p] * columns, y, y, [=](Vector v, Vector sum) {
        return sum + v * weight;
      });
    }
  }
}

static void combine_backward(long rows, long picks, long columns, const float* x,
                             const float* weights, const int* places, const float* dy, float* dx,
                             float* dweights) {
  for (long r = 0; r < rows; r++, dy += columns)
    for (long p = r * picks; p < (r + 1) * picks; p++) {
      const float weight = weights[p];
      const long from = places[p] * columns;
      map(columns, dy, dx + from, [=](Vector d) { return d * weight; });
      dweights[p] = total(columns, x + from, dy, 0, [](Vector v, Vector d) { return v * d; });
    }
}
