// Vectors of one instruction set: GCC's vector extensions, which g++ and clang++ both compile for
// any processor. Included inside the namespace of one instruction set by kernels.cc, so nothing in
// here may come from the C++ library: its templates would be merged between instruction sets.

typedef float Vector __attribute__((vector_size(LANES * 4)));
typedef int IntVector __attribute__((vector_size(LANES * 4)));
typedef float Loose __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

static inline Vector load(const float* from) { return *(const Loose*)from; }

static inline void store(float* to, Vector value) { *(Loose*)to = value; }

static inline Vector broadcast(float value) { return value - (Vector){}; }

static inline Vector select(IntVector mask, Vector yes, Vector no) {
  return (Vector)((mask & (IntVector)yes) | (~mask & (IntVector)no));
}

// The first `count` lanes, 0 < count ≤ LANES; never touches memory behind them.
#if FABRICAST_MASKS == 512
static inline Vector load_first(const float* from, long count) {
  return (Vector)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}

static inline void store_first(float* to, Vector value, long count) {
  _mm512_mask_storeu_ps(to, (__mmask16)((1u << count) - 1), (__m512)value);
}
#elif FABRICAST_MASKS == 256
static inline __m256i first_lanes(long count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes);
}

static inline Vector load_first(const float* from, long count) {
  return (Vector)_mm256_maskload_ps(from, first_lanes(count));
}

// Masked stores take AMD's processors some twenty cycles; these three take one each.
static inline void store_first(float* to, Vector value, long count) {
  if (count == LANES) return store(to, value);
  __m128 rest = _mm256_castps256_ps128((__m256)value);
  if (count & 4) {
    _mm_storeu_ps(to, rest);
    rest = _mm256_extractf128_ps((__m256)value, 1);
    to += 4;
  }
  if (count & 2) {
    _mm_storel_pi((__m64*)to, rest);
    rest = _mm_movehl_ps(rest, rest);
    to += 2;
  }
  if (count & 1) _mm_store_ss(to, rest);
}
#else
static inline Vector load_first(const float* from, long count) {
  Vector lanes = {};
  for (long i = 0; i < count; i++) lanes[i] = from[i];
  return lanes;
}

static inline void store_first(float* to, Vector value, long count) {
  for (long i = 0; i < count; i++) to[i] = value[i];
}
#endif

/** The first `count` lanes; the others hold `rest`. */
static inline Vector load_part(const float* from, long count, float rest) {
  IntVector lanes;
  for (int i = 0; i < LANES; i++) lanes[i] = i;
  return select(lanes < (int)count, load_first(from, count), broadcast(rest));
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

// The lanes of two vectors in turns: the lower halves, and the upper halves.
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define SHUFFLED __builtin_shufflevector
#endif
#endif
#if defined(SHUFFLED)
static inline Vector zip_low(Vector a, Vector b) {
#if FABRICAST_LANES == 16
  return SHUFFLED(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
#elif FABRICAST_LANES == 8
  return SHUFFLED(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#else
  return SHUFFLED(a, b, 0, 4, 1, 5);
#endif
}

static inline Vector zip_high(Vector a, Vector b) {
#if FABRICAST_LANES == 16
  return SHUFFLED(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif FABRICAST_LANES == 8
  return SHUFFLED(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
  return SHUFFLED(a, b, 2, 6, 3, 7);
#endif
}
#else
// A compiler from before 2022; slower, never wrong.
static inline Vector zip_low(Vector a, Vector b) {
  Vector zipped;
  for (int i = 0; i < LANES; i++) zipped[i] = i % 2 ? b[i / 2] : a[i / 2];
  return zipped;
}

static inline Vector zip_high(Vector a, Vector b) {
  Vector zipped;
  for (int i = 0; i < LANES; i++) zipped[i] = i % 2 ? b[(LANES + i) / 2] : a[(LANES + i) / 2];
  return zipped;
}
#endif

/** Rows become columns: a zip of the two halves moves each bit of the row number one up. */
static inline void transpose(Vector rows[LANES]) {
#pragma GCC unroll 4
  for (long width = 1; width < LANES; width *= 2) {
    Vector zipped[LANES];
#pragma GCC unroll 8
    for (long i = 0; i < LANES / 2; i++) {
      zipped[2 * i] = zip_low(rows[i], rows[i + LANES / 2]);
      zipped[2 * i + 1] = zip_high(rows[i], rows[i + LANES / 2]);
    }
#pragma GCC unroll 16
    for (long i = 0; i < LANES; i++) rows[i] = zipped[i];
  }
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

/**
 * ln(x) for normal x > 0, since WebAssembly has no C library: x = 2^n · f with √½ ≤ f < √2, and
 *     ln f = 2 · (s + s³/3 + s⁵/5 + …),   s = (f − 1) / (f + 1),   |s| < 0.172,
 * of which seven terms leave less than 1e-12.
 */
static inline float logarithm(float x) {
  int bits;
  __builtin_memcpy(&bits, &x, 4);
  const int above_half_root = bits - 0x3f3504f3;
  const int n = above_half_root >> 23;
  const int fraction_bits = bits - n * (1 << 23);
  float f;
  __builtin_memcpy(&f, &fraction_bits, 4);
  const double s = ((double)f - 1) / ((double)f + 1), square = s * s;
  double sum = 0;
  for (int i = 13; i > 0; i -= 2) sum = sum * square + 1.0 / i;
  return (float)(n * 0.6931471805599453 + 2 * s * sum);
}

/** y[i] = f(a[i]). */
template <class F>
static inline void map(long count, const float* a, float* y, F f) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, f(load(a + i)));
  const long rest = count - i;
  if (rest > 0) store_first(y + i, f(load_first(a + i, rest)), rest);
}

/** y[i] = f(a[i], b[i]). */
template <class F>
static inline void map(long count, const float* a, const float* b, float* y, F f) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, f(load(a + i), load(b + i)));
  const long rest = count - i;
  if (rest > 0) store_first(y + i, f(load_first(a + i, rest), load_first(b + i, rest)), rest);
}

/** y[i] = f(a[i], b[i], c[i]). */
template <class F>
static inline void map(long count, const float* a, const float* b, const float* c, float* y, F f) {
  long i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, f(load(a + i), load(b + i), load(c + i)));
  const long rest = count - i;
  if (rest > 0) {
    store_first(y + i, f(load_first(a + i, rest), load_first(b + i, rest), load_first(c + i, rest)),
                rest);
  }
}

/** The sum of f(a[i], b[i]); f must give 0 for the pair (rest, 0) that fills the last vector. */
template <class F>
static inline float total(long count, const float* a, const float* b, float rest, F f) {
  Vector sum = {}, other = {};
  long i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    sum += f(load(a + i), load(b + i));
    other += f(load(a + i + LANES), load(b + i + LANES));
  }
  if (i + LANES <= count) {
    sum += f(load(a + i), load(b + i));
    i += LANES;
  }
  if (i < count) other += f(load_part(a + i, count - i, rest), load_first(b + i, count - i));
  return sum_of(sum + other);
}

/** Terms added up in float before their sum is added in double. */
static const long SUMMED_TERMS = 512;

/** The sum of f(a[i], b[i]) over millions of terms, where f(0, 0) = 0. */
template <class F>
static inline double long_total(long count, const float* a, const float* b, F f) {
  double sum = 0;
  for (long i = 0; i < count; i += SUMMED_TERMS) {
    const long rest = count - i;
    sum += total(rest < SUMMED_TERMS ? rest : SUMMED_TERMS, a + i, b + i, 0, f);
  }
  return sum;
}
