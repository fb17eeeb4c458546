// Vectors of one instruction set: GCC's vector extensions, which g++ and clang++ both compile for
// any processor. Included inside the namespace of one instruction set by kernels.cc, so nothing in
// here may come from the C++ library: its templates would be merged between instruction sets.

typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef int IntVector __attribute__((vector_size(LANES * 4)));
typedef float Loose __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

static inline Vector load(const float* from) { return *(const Loose*)from; }

static inline void store(float* to, Vector value) { *(Loose*)to = value; }

static inline Vector broadcast(float value) { return value - (Vector){}; }

/** The first `count` lanes; the others hold `rest`. */
static inline Vector load_part(const float* from, long count, float rest) {
  float lanes[LANES];
  for (long i = 0; i < LANES; i++) lanes[i] = i < count ? from[i] : rest;
  return load(lanes);
}

static inline void store_part(float* to, Vector value, long count) {
  float lanes[LANES];
  store(lanes, value);
  for (long i = 0; i < count; i++) to[i] = lanes[i];
}

static inline Vector select(IntVector mask, Vector yes, Vector no) {
  return (Vector)((mask & (IntVector)yes) | (~mask & (IntVector)no));
}

static inline Vector larger(Vector a, Vector b) { return select(a > b, a, b); }

static inline float sum_of(Vector value) {
  float sum = 0;
  for (int i = 0; i < LANES; i++) sum += value[i];
  return sum;
}

static inline float largest_of(Vector value) {
  float largest = value[0];
  for (int i = 1; i < LANES; i++) largest = value[i] > largest ? value[i] : largest;
  return largest;
}

/**
 * exp(x) = 2^n · exp(r), n = round(x / ln 2), |r| ≤ ln 2 / 2, with the polynomial of the Cephes
 * library (expf.c) for exp(r): about 1e-7 relative. Below −87.3 it gives about 1e-38 instead of 0.
 */
static inline Vector exponential(Vector x) {
  const Vector low = broadcast(-87.3f), high = broadcast(88.3f);
  x = select(x < low, low, x);
  x = select(x > high, high, x);
  // Adding 1.5·2^23 leaves no bits for a fraction: the processor rounds for us.
  const Vector magic = broadcast(12582912.0f);
  const Vector n = (x * 1.44269504088896341f + magic) - magic;
  const Vector r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector p = broadcast(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const Vector y = p * (r * r) + r + 1.0f;
  const IntVector power = (__builtin_convertvector(n, IntVector) + 127) << 23;
  return y * (Vector)power;
}

/** y[i] = f(a[i]). */
template <class F>
static inline void map(long count, const float* a, float* y, F f) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, f(load(a + i)));
  const long rest = count - i;
  if (rest > 0) store_part(y + i, f(load_part(a + i, rest, 0)), rest);
}

/** y[i] = f(a[i], b[i]). */
template <class F>
static inline void map(long count, const float* a, const float* b, float* y, F f) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, f(load(a + i), load(b + i)));
  const long rest = count - i;
  if (rest > 0)
    store_part(y + i, f(load_part(a + i, rest, 0), load_part(b + i, rest, 0)), rest);
}

/** The sum of f(a[i], b[i]); f must give 0 for the pair (rest, 0) that fills the last vector. */
template <class F>
static inline float total(long count, const float* a, const float* b, float rest, F f) {
  Vector sum = {};
  long i = 0;
  for (; i + LANES <= count; i += LANES) sum += f(load(a + i), load(b + i));
  if (i < count) sum += f(load_part(a + i, count - i, rest), load_part(b + i, count - i, 0));
  return sum_of(sum);
}
