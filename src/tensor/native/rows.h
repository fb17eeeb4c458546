// Ops on the rows of a matrix: sums, normalization, softmax, losses, lookups.

/** sums[c] += Σ over rows of x[r, c]. */
static void column_sums(long rows, long columns, const float* x, float* sums) {
  for (long r = 0; r < rows; r++) add(columns, sums, x + r * columns, sums);
}

/** y = scale · (x − mean) · inverse + shift; statistics hold mean and inverse of each row. */
static void layer_norm(long rows, long columns, float epsilon, const float* x, const float* scale,
                       const float* shift, float* y, float* statistics) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    const float mean =
        total(columns, x, x, 0, [](Vector v, Vector) { return v; }) / columns;
    const Vector middle = broadcast(mean);
    const float squares = total(columns, x, x, mean, [=](Vector v, Vector) {
      return (v - middle) * (v - middle);
    });
    const float inverse = 1.0f / __builtin_sqrtf(squares / columns + epsilon);
    statistics[2 * r] = mean;
    statistics[2 * r + 1] = inverse;
    map(columns, x, scale, y, [=](Vector v, Vector s) { return (v - middle) * inverse * s; });
    add(columns, y, shift, y);
  }
}

/**
 * With n = (x − mean)·inverse and g = dy·scale, bars meaning averages over the row:
 *     dx = inverse · (g − ḡ − n · avg(g·n)),   dscale += dy·n,   dshift += dy
 */
static void layer_norm_backward(long rows, long columns, const float* x, const float* scale,
                                const float* statistics, const float* dy, float* dx, float* dscale,
                                float* dshift) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    const float mean = statistics[2 * r], inverse = statistics[2 * r + 1];
    const Vector middle = broadcast(mean);
    // dx holds g for the moment, then the sum g − n·avg(g·n) − ḡ.
    map(columns, dy, scale, dx, [](Vector d, Vector s) { return d * s; });
    const float g = total(columns, dx, x, 0, [](Vector v, Vector) { return v; }) / columns;
    const float gn = inverse / columns *
                     total(columns, x, dx, mean, [=](Vector v, Vector d) {
                       return (v - middle) * d;
                     });
    map(columns, dx, x, dx, [=](Vector d, Vector v) {
      return inverse * (d - g - (v - middle) * inverse * gn);
    });
    add(columns, dshift, dy, dshift);
    long i = 0;
    for (; i + LANES <= columns; i += LANES)
      store(dscale + i, load(dscale + i) + load(dy + i) * (load(x + i) - middle) * inverse);
    for (; i < columns; i++) dscale[i] += dy[i] * (x[i] - mean) * inverse;
  }
}

static inline float row_maximum(long columns, const float* x) {
  Vector most = broadcast(x[0]);
  long i = 0;
  for (; i + LANES <= columns; i += LANES) most = larger(most, load(x + i));
  if (i < columns) most = larger(most, load_part(x + i, columns - i, x[0]));
  return largest_of(most);
}

static inline float exponential_sum(long columns, const float* x, float maximum) {
  const Vector most = broadcast(maximum);
  Vector sum = {};
  long i = 0;
  for (; i + LANES <= columns; i += LANES) sum += exponential(load(x + i) - most);
  float rest = 0;
  if (i < columns) {
    const Vector last = exponential(load_part(x + i, columns - i, maximum) - most);
    for (long j = 0; j < columns - i; j++) rest += last[j];
  }
  return sum_of(sum) + rest;
}

static void softmax(long rows, long columns, const float* x, float* y) {
  for (long r = 0; r < rows; r++, x += columns, y += columns) {
    const float most = row_maximum(columns, x);
    const float inverse = 1.0f / exponential_sum(columns, x, most);
    map(columns, x, y, [=](Vector v) { return exponential(v - most) * inverse; });
  }
}

/** dx = y · (dy − Σ y·dy). */
static void softmax_backward(long rows, long columns, const float* y, const float* dy, float* dx) {
  for (long r = 0; r < rows; r++, y += columns, dy += columns, dx += columns) {
    const float dot = total(columns, y, dy, 0, [](Vector v, Vector d) { return v * d; });
    map(columns, y, dy, dx, [=](Vector v, Vector d) { return v * (d - dot); });
  }
}

/** −log softmax(x)[target], averaged; statistics keep log Σ exp(x) of each row. */
static double cross_entropy(long rows, long columns, const float* x, const int* targets,
                            float* statistics) {
  double sum = 0;
  for (long r = 0; r < rows; r++, x += columns) {
    const float most = row_maximum(columns, x);
    const float log_sum = most + __builtin_logf(exponential_sum(columns, x, most));
    statistics[r] = log_sum;
    sum += (double)log_sum - x[targets[r]];
  }
  return sum / rows;
}

/** dx = (softmax(x) − one at the target) / rows. */
static void cross_entropy_backward(long rows, long columns, const float* x, const int* targets,
                                   const float* statistics, float* dx) {
  const float share = 1.0f / rows;
  for (long r = 0; r < rows; r++, x += columns, dx += columns) {
    const float log_sum = statistics[r];
    map(columns, x, dx, [=](Vector v) { return exponential(v - log_sum) * share; });
    dx[targets[r]] -= share;
  }
}

static double mean_squared_error(long count, const float* x, const float* target) {
  double sum = 0;
  for (long i = 0; i < count; i++) {
    const double difference = (double)x[i] - target[i];
    sum += difference * difference;
  }
  return sum / count;
}

static void mean_squared_error_backward(long count, const float* x, const float* target,
                                        float* dx) {
  const float share = 2.0f / count;
  map(count, x, target, dx, [=](Vector v, Vector t) { return (v - t) * share; });
}

/** y[b, t] = rows[ids[b, t]] + positions[t]. */
static void embedding(long batch, long tokens, long columns, const int* ids, const float* rows,
                      const float* positions, float* y) {
  for (long i = 0; i < batch * tokens; i++)
    add(columns, rows + ids[i] * columns, positions + i % tokens * columns, y + i * columns);
}

static void embedding_backward(long batch, long tokens, long columns, const int* ids,
                               const float* dy, float* drows, float* dpositions) {
  for (long i = 0; i < batch * tokens; i++) {
    float* row = drows + ids[i] * columns;
    float* position = dpositions + i % tokens * columns;
    add(columns, row, dy + i * columns, row);
    add(columns, position, dy + i * columns, position);
  }
}
