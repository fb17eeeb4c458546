// What the kernels should give, in double and in the plainest loops: no blocks, no vectors.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

using Doubles = std::vector<double>;

/** An array of exactly `count` floats, so that a sanitizer sees the first byte behind it. */
struct Floats {
  size_t count;
  std::unique_ptr<float[]> data;

  explicit Floats(size_t length) : count(length), data(new float[length]()) {}
  Floats(std::initializer_list<float> values) : Floats(values.size()) {
    std::copy(values.begin(), values.end(), data.get());
  }
  Floats(const Floats& other) : Floats(other.count) {
    std::copy(other.data.get(), other.data.get() + count, data.get());
  }
  float* get() { return data.get(); }
  const float* get() const { return data.get(); }
  float& operator[](size_t i) { return data[i]; }
  float operator[](size_t i) const { return data[i]; }
};

/** The same numbers for the same seed, from −width/2 to width/2. */
inline Floats drawn(uint32_t seed, size_t count, float width = 2) {
  Floats values(count);
  uint32_t state = seed * 2654435761u + 1;
  for (size_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    values[i] = width * (float(state >> 8) / float(1 << 24) - 0.5f);
  }
  return values;
}

/** To bf16 by arithmetic: the nearest multiple of its last place, ties to even. */
inline double to_bf16(double value) {
  if (value == 0) return 0;
  const double place = std::ldexp(1.0, std::ilogb(value) - 7);
  return std::nearbyint(value / place) * place;
}

inline Doubles product(const Floats& a, const Floats& b, const Floats& c, const float* bias,
                       const MatmulShape& s, bool rounds) {
  Doubles wanted(s.batch * s.m * s.n);
  for (long item = 0; item < s.batch; item++)
    for (long i = 0; i < s.m; i++)
      for (long j = 0; j < s.n; j++) {
        const long at = (item * s.m + i) * s.n + j;
        double sum = s.accumulates ? c[at] : bias ? bias[j] : 0;
        for (long p = 0; p < s.k; p++) {
          const double left = a[item * s.m * s.k + (s.transposesA ? p * s.m + i : i * s.k + p)];
          const double right = b[item * s.k * s.n + (s.transposesB ? j * s.k + p : p * s.n + j)];
          sum += rounds ? to_bf16(left) * to_bf16(right) : left * right;
        }
        wanted[at] = sum;
      }
  return wanted;
}

inline double gelu_inner(double x) { return 0.7978845608028654 * (x + 0.044715 * x * x * x); }

inline double gelu(double x) { return 0.5 * x * (1 + std::tanh(gelu_inner(x))); }

inline double gelu_slope(double x) {
  const double t = std::tanh(gelu_inner(x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * 0.7978845608028654 * (1 + 3 * 0.044715 * x * x);
}

inline Doubles column_sums(const Floats& x, uint32_t seed, long rows, long columns) {
  const Floats before = drawn(seed, columns);
  Doubles sums(columns);
  for (long c = 0; c < columns; c++) sums[c] = before[c];
  for (long i = 0; i < rows * columns; i++) sums[i % columns] += x[i];
  return sums;
}

inline Doubles softmax(const Floats& x, long rows, long columns) {
  Doubles y(rows * columns);
  for (long r = 0; r < rows; r++) {
    double sum = 0;
    for (long c = 0; c < columns; c++) sum += y[r * columns + c] = std::exp(x[r * columns + c]);
    for (long c = 0; c < columns; c++) y[r * columns + c] /= sum;
  }
  return y;
}

inline Doubles softmax_backward(const Floats& y, const Floats& dy, long rows, long columns) {
  Doubles dx(rows * columns);
  for (long r = 0; r < rows; r++) {
    double dot = 0;
    for (long i = r * columns; i < (r + 1) * columns; i++) dot += double(y[i]) * dy[i];
    for (long i = r * columns; i < (r + 1) * columns; i++) dx[i] = y[i] * (dy[i] - dot);
  }
  return dx;
}

struct Norm {
  Doubles y, dx, dscale;
};

inline Norm layer_norm(const Floats& x, const Floats& scale, const Floats& shift, const Floats& dy,
                       long rows, long columns) {
  Norm norm = {Doubles(rows * columns), Doubles(rows * columns), Doubles(columns)};
  for (long r = 0; r < rows; r++) {
    const long first = r * columns;
    double mean = 0, variance = 0, g = 0, gn = 0;
    for (long c = 0; c < columns; c++) mean += x[first + c] / double(columns);
    for (long c = 0; c < columns; c++)
      variance += (x[first + c] - mean) * (x[first + c] - mean) / columns;
    const double inverse = 1 / std::sqrt(variance + 1e-5);
    for (long c = 0; c < columns; c++) {
      const double n = (x[first + c] - mean) * inverse, d = dy[first + c];
      norm.y[first + c] = n * scale[c] + shift[c];
      norm.dscale[c] += d * n;
      g += d * scale[c] / columns;
      gn += d * scale[c] * n / columns;
    }
    for (long c = 0; c < columns; c++) {
      const double n = (x[first + c] - mean) * inverse;
      norm.dx[first + c] = inverse * (dy[first + c] * double(scale[c]) - g - n * gn);
    }
  }
  return norm;
}

struct Entropy {
  double loss;
  Doubles dx;
};

inline Entropy cross_entropy(const Floats& x, const int* targets, long rows, long columns,
                             double share) {
  Entropy wanted = {0, softmax(x, rows, columns)};
  for (double& each : wanted.dx) each *= share;
  for (long r = 0; r < rows; r++) {
    const long at = r * columns + targets[r];
    wanted.loss -= std::log(wanted.dx[at] / share);
    wanted.dx[at] -= share;
  }
  return wanted;
}

struct Attention {
  Doubles out, dqkv;
};

/** One head of one sequence at a time, with the whole matrix of probabilities. */
inline Attention attention(const Floats& qkv, const Floats& dout, const AttentionShape& s) {
  const long width = s.heads * s.headSize, stride = 3 * width, n = s.tokens;
  Attention wanted = {Doubles(s.batch * n * width), Doubles(s.batch * n * stride)};
  for (long item = 0; item < s.batch * s.heads; item++) {
    const long row = item / s.heads * n, q = item % s.heads * s.headSize;
    const auto at = [&](long token, long part, long i) {
      return (row + token) * stride + part * width + q + i;
    };
    for (long t = 0; t < n; t++) {
      const long seen = s.causal ? t + 1 : n;
      Doubles p(seen), dp(seen);
      double sum = 0, dot = 0;
      for (long j = 0; j < seen; j++) {
        double score = 0;
        for (long i = 0; i < s.headSize; i++) score += double(qkv[at(t, 0, i)]) * qkv[at(j, 1, i)];
        sum += p[j] = std::exp(score / std::sqrt(double(s.headSize)));
      }
      for (long j = 0; j < seen; j++) p[j] /= sum;
      for (long i = 0; i < s.headSize; i++) {
        const double d = dout[(row + t) * width + q + i];
        for (long j = 0; j < seen; j++) {
          wanted.out[(row + t) * width + q + i] += p[j] * qkv[at(j, 2, i)];
          wanted.dqkv[at(j, 2, i)] += p[j] * d;
          dp[j] += d * qkv[at(j, 2, i)];
        }
      }
      for (long j = 0; j < seen; j++) dot += p[j] * dp[j];
      for (long j = 0; j < seen; j++) {
        const double ds = p[j] * (dp[j] - dot) / std::sqrt(double(s.headSize));
        for (long i = 0; i < s.headSize; i++) {
          wanted.dqkv[at(t, 0, i)] += ds * qkv[at(j, 1, i)];
          wanted.dqkv[at(j, 1, i)] += ds * qkv[at(t, 0, i)];
        }
      }
    }
  }
  return wanted;
}
