// Ops on the rows of a matrix: sums, normalization, softmax, losses, lookups.

/** Rows added up among themselves first, so that a long sum loses no digits to its own size. */
static const long SUMMED_ROWS = 256;

/** For COUNT vectors of columns, the last of them cut off at `columns`. */
template <long COUNT>
static inline void sum_columns(long rows, long columns, long stride, const float* x, float* sums) {
  const long last = columns - (COUNT - 1) * LANES;
  Vector all[COUNT];
  for (long v = 0; v < COUNT; v++)
    all[v] = load_first(sums + v * LANES, v + 1 < COUNT ? LANES : last);
  for (long first = 0; first < rows; first += SUMMED_ROWS) {
    const float* from = x + first * stride;
    const float* end = x + least(rows, first + SUMMED_ROWS) * stride;
    Vector sum[COUNT] = {};
    for (; from < end; from += stride) {
#pragma GCC unroll 8
      for (long v = 0; v < COUNT - 1; v++) sum[v] += load(from + v * LANES);
      const float* part = from + (COUNT - 1) * LANES;
      sum[COUNT - 1] += last == LANES ? load(part) : load_first(part, last);
    }
    for (long v = 0; v < COUNT; v++) all[v] += sum[v];
  }
  for (long v = 0; v < COUNT; v++)
    store_first(sums + v * LANES, all[v], v + 1 < COUNT ? LANES : last);
}

/** sums[c] += Σ over rows of x[r, c], for some columns of rows `stride` long. */
static void column_sums(long rows, long columns, long stride, const float* x, float* sums) {
  const long WIDE = 8;
  long c = 0;
  for (; c + WIDE * LANES <= columns; c += WIDE * LANES)
    sum_columns<WIDE>(rows, WIDE * LANES, stride, x + c, sums + c);
  for (; c < columns; c += LANES)
    sum_columns<1>(rows, least(LANES, columns - c), stride, x + c, sums + c);
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
    map(columns, x, scale, shift, y, [=](Vector v, Vector s, Vector t) {
      return (v - middle) * inverse * s + t;
    });
  }
}

/**
 * With n = (x − mean)·inverse and g = dy·scale, bars meaning averages over the row:
 *     dx = inverse · (g − ḡ − n · avg(g·n))
 */
static void layer_norm_backward(long rows, long columns, const float* x, const float* scale,
                                const float* statistics, const float* dy, float* dx) {
  for (long r = 0; r < rows; r++, x += columns, dy += columns, dx += columns) {
    const float inverse = statistics[2 * r + 1];
    const Vector middle = broadcast(statistics[2 * r]);
    const float g =
        total(columns, dy, scale, 0, [](Vector d, Vector s) { return d * s; }) / columns;
    // dx holds g for the moment.
    map(columns, dy, scale, dx, [](Vector d, Vector s) { return d * s; });
    const float gn = inverse * inverse / columns *
                     total(columns, x, dx, 0, [=](Vector v, Vector d) { return (v - middle) * d; });
    map(columns, dx, x, dx, [=](Vector d, Vector v) {
      return inverse * (d - g - (v - middle) * gn);
    });
  }
}

/** For COUNT vectors of columns, the last of them cut off at `columns`. */
template <long COUNT>
static inline void norm_gradients(long rows, long columns, long stride, const float* x,
                                  const float* statistics, const float* dy, float* dscale,
                                  float* dshift) {
  const long last = columns - (COUNT - 1) * LANES;
  const auto some = [=](const float* from, long v) {
    return v + 1 < COUNT || last == LANES ? load(from + v * LANES)
                                          : load_first(from + v * LANES, last);
  };
  Vector scale[COUNT], shift[COUNT];
  for (long v = 0; v < COUNT; v++) scale[v] = some(dscale, v);
  for (long v = 0; v < COUNT; v++) shift[v] = some(dshift, v);
  for (long first = 0; first < rows; first += SUMMED_ROWS) {
    Vector scales[COUNT] = {}, shifts[COUNT] = {};
    for (long r = first; r < least(rows, first + SUMMED_ROWS); r++) {
      const float mean = statistics[2 * r], inverse = statistics[2 * r + 1];
#pragma GCC unroll 8
      for (long v = 0; v < COUNT; v++) {
        const Vector d = some(dy + r * stride, v);
        scales[v] += d * ((some(x + r * stride, v) - mean) * inverse);
        shifts[v] += d;
      }
    }
    for (long v = 0; v < COUNT; v++) scale[v] += scales[v];
    for (long v = 0; v < COUNT; v++) shift[v] += shifts[v];
  }
  for (long v = 0; v < COUNT; v++) {
    store_first(dscale + v * LANES, scale[v], v + 1 < COUNT ? LANES : last);
    store_first(dshift + v * LANES, shift[v], v + 1 < COUNT ? LANES : last);
  }
}

/** dscale += dy · (x − mean) · inverse and dshift += dy, for some columns of rows `stride` long. */
static void layer_norm_gradients(long rows, long columns, long stride, const float* x,
                                 const float* statistics, const float* dy, float* dscale,
                                 float* dshift) {
  const long WIDE = 4;
  long c = 0;
  for (; c + WIDE * LANES <= columns; c += WIDE * LANES)
    norm_gradients<WIDE>(rows, WIDE * LANES, stride, x + c, statistics, dy + c, dscale + c,
                         dshift + c);
  for (; c < columns; c += LANES)
    norm_gradients<1>(rows, least(LANES, columns - c), stride, x + c, statistics, dy + c,
                      dscale + c, dshift + c);
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
    map(columns, x, y, [=](Vector v) { return exponential(v - most); });
    const float inverse = 1.0f / total(columns, y, y, 0, [](Vector v, Vector) { return v; });
    map(columns, y, y, [=](Vector v) { return v * inverse; });
  }
}

/** dx = y · (dy − Σ y·dy). */
static void softmax_backward(long rows, long columns, const float* y, const float* dy, float* dx) {
  for (long r = 0; r < rows; r++, y += columns, dy += columns, dx += columns) {
    const float dot = total(columns, y, dy, 0, [](Vector v, Vector d) { return v * d; });
    map(columns, y, dy, dx, [=](Vector v, Vector d) { return v * (d - dot); });
  }
}

/** Σ −log softmax(x)[target]; statistics keep log Σ exp(x) of each row. */
static double cross_entropy(long rows, long columns, const float* x, const int* targets,
                            float* statistics) {
  double sum = 0;
  for (long r = 0; r < rows; r++, x += columns) {
    const float most = row_maximum(columns, x);
    const float log_sum = most + logarithm(exponential_sum(columns, x, most));
    statistics[r] = log_sum;
    sum += (double)log_sum - x[targets[r]];
  }
  return sum;
}

/** dx = share · (softmax(x) − one at the target). */
static void cross_entropy_backward(long rows, long columns, float share, const float* x,
                                   const int* targets, const float* statistics, float* dx) {
  for (long r = 0; r < rows; r++, x += columns, dx += columns) {
    const float log_sum = statistics[r];
    map(columns, x, dx, [=](Vector v) { return exponential(v - log_sum) * share; });
    dx[targets[r]] -= share;
  }
}

/** y[i] = rows[ids[i]] + positions[i mod tokens]. */
static void embedding(long row, long rowEnd, long tokens, long columns, const int* ids,
                      const float* rows, const float* positions, float* y) {
  for (long i = row; i < rowEnd; i++)
    add(columns, rows + ids[i] * columns, positions + i % tokens * columns, y + i * columns);
}

/** For some columns of rows `stride` long. */
static void embedding_backward(long count, long tokens, long columns, long stride, const int* ids,
                               const float* dy, float* drows, float* dpositions) {
  for (long i = 0; i < count; i++) {
    float* row = drows + ids[i] * stride;
    float* position = dpositions + i % tokens * stride;
    add(columns, row, dy + i * stride, row);
    add(columns, position, dy + i * stride, position);
  }
}
