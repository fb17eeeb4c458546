// Ops on single elements, and the optimizer.

static void add(long count, const float* a, const float* b, float* y) {
  map(count, a, b, y, [](Vector u, Vector v) { return u + v; });
}

static void relu(long count, const float* x, float* y) {
  map(count, x, y, [](Vector v) { return select(v > (Vector){}, v, (Vector){}); });
}

static void relu_backward(long count, const float* y, const float* dy, float* dx) {
  map(count, y, dy, dx, [](Vector v, Vector d) { return select(v > (Vector){}, d, (Vector){}); });
}

// GELU in its tanh form (Hendrycks & Gimpel 2016, arXiv:1606.08415), written with a logistic
// function, since (1 + tanh u) / 2 = 1 / (1 + exp(−2u)) needs no subtraction of close numbers:
//     y = x · s,   s = 1 / (1 + exp(−2u)),   u = √(2/π) · (x + 0.044715 x³)
static const float GELU_TWICE_SCALE = 1.5957691216057308f;
static const float GELU_CUBIC = 0.044715f;

static inline Vector gelu_gate(Vector x) {
  const Vector twice = GELU_TWICE_SCALE * x * (1.0f + GELU_CUBIC * x * x);
  return 1.0f / (1.0f + exponential(-twice));
}

static void gelu(long count, const float* x, float* y) {
  map(count, x, y, [](Vector v) { return v * gelu_gate(v); });
}

//     dy/dx = s + x · s · (1 − s) · d(2u)/dx
static void gelu_backward(long count, const float* x, const float* dy, float* dx) {
  map(count, x, dy, dx, [](Vector v, Vector d) {
    const Vector s = gelu_gate(v);
    const Vector slope = GELU_TWICE_SCALE * (1.0f + 3.0f * GELU_CUBIC * v * v);
    return d * (s + v * s * (1.0f - s) * slope);
  });
}

static void scale(long count, float* x, float factor) {
  map(count, x, x, [=](Vector v) { return v * factor; });
}

static double sum_of_squares(long count, const float* x) {
  return long_total(count, x, x, [](Vector v, Vector) { return v * v; });
}

static double squared_error(long count, const float* x, const float* target) {
  return long_total(count, x, target, [](Vector v, Vector t) { return (v - t) * (v - t); });
}

/** dx = share · (x − target). */
static void squared_error_backward(long count, float share, const float* x, const float* target,
                                   float* dx) {
  map(count, x, target, dx, [=](Vector v, Vector t) { return (v - t) * share; });
}

/** velocity = keep · velocity + g,   p −= rate · velocity. */
static void momentum(long count, float* __restrict p, const float* __restrict g,
                     float* __restrict velocity, float rate, float keep) {
  for (long i = 0; i < count; i++) {
    velocity[i] = keep * velocity[i] + g[i];
    p[i] -= rate * velocity[i];
  }
}

// A plain loop: compilers vectorize it, and vector extensions have no square root.
static void adam(long count, float* __restrict p, const float* __restrict g, float* __restrict m,
                 float* __restrict v, const AdamStep* s) {
  const float beta1 = s->beta1, rest1 = s->rest1, beta2 = s->beta2, rest2 = s->rest2;
  const float rate = s->rate, correction = s->correction, epsilon = s->epsilon;
  for (long i = 0; i < count; i++) {
    const float first = beta1 * m[i] + rest1 * g[i];
    const float second = beta2 * v[i] + rest2 * g[i] * g[i];
    m[i] = first;
    v[i] = second;
    p[i] -= rate * first / (__builtin_sqrtf(second * correction) + epsilon);
  }
}
