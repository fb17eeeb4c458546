// One function for each op that JavaScript can call: takes its arguments, checked, and calls the
// kernel. Included by addon.cc, inside its unnamed namespace, after `kernels` is chosen.

Scratch* scratch_of(Arguments& call, long score_count) {
  void* data = nullptr;
  if (napi_get_instance_data(call.env(), &data) != napi_ok || data == nullptr) {
    call.fail("an environment has its scratch memory");
    return nullptr;
  }
  Scratch* scratch = static_cast<Scratch*>(data);
  if (score_count > scratch->scoreCount) {
    std::free(scratch->scores);
    scratch->scores = aligned_floats(score_count);
    scratch->scoreCount = scratch->scores ? score_count : 0;
    if (!scratch->scores) call.fail("memory for attention scores is there");
  }
  return scratch;
}

napi_value number_value(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

// matmul(a, b, c, bias | undefined, batch, m, n, k, transposesA, transposesB, accumulates)
napi_value matmul(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  MatmulShape s = {call.count(4), call.count(5), call.count(6),  call.count(7),
                   call.truth(8), call.truth(9), call.truth(10)};
  const float* a = call.floats(0, s.batch * s.m * s.k);
  const float* b = call.floats(1, s.batch * s.k * s.n);
  float* c = call.floats(2, s.batch * s.m * s.n);
  const float* bias = call.absent(3) ? nullptr : call.floats(3, s.n);
  Scratch* scratch = scratch_of(call, 0);
  if (call.ok()) kernels->matmul(scratch, a, b, c, bias, &s);
  return nullptr;
}

// columnSums(x, sums, rows, columns)
napi_value column_sums(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const float* x = call.floats(0, rows * columns);
  float* sums = call.floats(1, columns);
  if (call.ok()) kernels->column_sums(rows, columns, x, sums);
  return nullptr;
}

/** f(x, y) on single elements. */
template <void (*const Kernels::* kernel)(long, const float*, float*)>
napi_value unary(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* x = call.floats(0, count);
  float* y = call.floats(1, count);
  if (call.ok()) (kernels->*kernel)(count, x, y);
  return nullptr;
}

/** f(a, b, y) on single elements. */
template <void (*const Kernels::* kernel)(long, const float*, const float*, float*)>
napi_value binary(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* a = call.floats(0, count);
  const float* b = call.floats(1, count);
  float* y = call.floats(2, count);
  if (call.ok()) (kernels->*kernel)(count, a, b, y);
  return nullptr;
}

// scale(x, factor): in place
napi_value scale(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  float* x = call.floats(0, count);
  const double factor = call.number(1);
  if (call.ok()) kernels->scale(count, x, static_cast<float>(factor));
  return nullptr;
}

// sumOfSquares(x)
napi_value sum_of_squares(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* x = call.floats(0, count);
  if (!call.ok()) return nullptr;
  return number_value(env, kernels->sum_of_squares(count, x));
}

// momentum(parameters, gradients, velocity, learningRate, momentum)
napi_value momentum(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  float* p = call.floats(0, count);
  const float* g = call.floats(1, count);
  float* velocity = call.floats(2, count);
  const float rate = static_cast<float>(call.number(3));
  const float keep = static_cast<float>(call.number(4));
  if (call.ok()) kernels->momentum(count, p, g, velocity, rate, keep);
  return nullptr;
}

// adam(parameters, gradients, first, second, learningRate, beta1, beta2, epsilon, step)
napi_value adam(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  float* p = call.floats(0, count);
  const float* g = call.floats(1, count);
  float* m = call.floats(2, count);
  float* v = call.floats(3, count);
  const double rate = call.number(4), beta1 = call.number(5), beta2 = call.number(6);
  const double epsilon = call.number(7), step = call.number(8);
  AdamStep s;
  s.rate = static_cast<float>(rate / (1 - std::pow(beta1, step)));
  s.beta1 = static_cast<float>(beta1);
  s.rest1 = static_cast<float>(1 - beta1);
  s.beta2 = static_cast<float>(beta2);
  s.rest2 = static_cast<float>(1 - beta2);
  s.epsilon = static_cast<float>(epsilon);
  s.correction = static_cast<float>(1 / (1 - std::pow(beta2, step)));
  if (call.ok()) kernels->adam(count, p, g, m, v, &s);
  return nullptr;
}

// layerNorm(x, scale, shift, y, statistics, rows, columns, epsilon)
napi_value layer_norm(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(5), columns = call.count(6);
  const float epsilon = static_cast<float>(call.number(7));
  const float* x = call.floats(0, rows * columns);
  const float* scale = call.floats(1, columns);
  const float* shift = call.floats(2, columns);
  float* y = call.floats(3, rows * columns);
  float* statistics = call.floats(4, 2 * rows);
  if (call.ok()) kernels->layer_norm(rows, columns, epsilon, x, scale, shift, y, statistics);
  return nullptr;
}

// layerNormBackward(x, scale, statistics, dy, dx, dscale, dshift, rows, columns)
napi_value layer_norm_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(7), columns = call.count(8);
  const float* x = call.floats(0, rows * columns);
  const float* scale = call.floats(1, columns);
  const float* statistics = call.floats(2, 2 * rows);
  const float* dy = call.floats(3, rows * columns);
  float* dx = call.floats(4, rows * columns);
  float* dscale = call.floats(5, columns);
  float* dshift = call.floats(6, columns);
  if (call.ok()) {
    kernels->layer_norm_backward(rows, columns, x, scale, statistics, dy, dx, dscale, dshift);
  }
  return nullptr;
}

// softmax(x, y, rows, columns)
napi_value softmax(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const float* x = call.floats(0, rows * columns);
  float* y = call.floats(1, rows * columns);
  if (call.ok() && columns > 0) kernels->softmax(rows, columns, x, y);
  return nullptr;
}

// softmaxBackward(y, dy, dx, rows, columns)
napi_value softmax_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const float* y = call.floats(0, rows * columns);
  const float* dy = call.floats(1, rows * columns);
  float* dx = call.floats(2, rows * columns);
  if (call.ok()) kernels->softmax_backward(rows, columns, y, dy, dx);
  return nullptr;
}

AttentionShape attention_shape(Arguments& call, size_t first) {
  return {call.count(first), call.count(first + 1), call.count(first + 2), call.count(first + 3),
          call.truth(first + 4)};
}

// attention(qkv, out, statistics, batch, tokens, heads, headSize, causal)
napi_value attention(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const AttentionShape s = attention_shape(call, 3);
  const int64_t count = s.batch * s.tokens * s.heads * s.headSize;
  const float* qkv = call.floats(0, 3 * count);
  float* out = call.floats(1, count);
  float* statistics = call.floats(2, s.batch * s.heads * s.tokens);
  Scratch* scratch = scratch_of(call, QUERY_ROWS * s.tokens);
  if (call.ok()) kernels->attention(scratch, qkv, out, statistics, &s);
  return nullptr;
}

// attentionBackward(qkv, out, statistics, dout, dqkv, batch, tokens, heads, headSize, causal)
napi_value attention_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const AttentionShape s = attention_shape(call, 5);
  const int64_t count = s.batch * s.tokens * s.heads * s.headSize;
  const float* qkv = call.floats(0, 3 * count);
  const float* out = call.floats(1, count);
  const float* statistics = call.floats(2, s.batch * s.heads * s.tokens);
  const float* dout = call.floats(3, count);
  float* dqkv = call.floats(4, 3 * count);
  Scratch* scratch = scratch_of(call, 2 * QUERY_ROWS * s.tokens);
  if (call.ok()) {
    kernels->attention_backward(scratch, qkv, out, statistics, dout, dqkv, &s);
  }
  return nullptr;
}

// embedding(ids, rows, positions, y, batch, tokens, columns, vocabulary)
napi_value embedding(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), tokens = call.count(5), columns = call.count(6);
  const long vocabulary = call.count(7);
  const int* ids = call.indices(0, batch * tokens, vocabulary);
  const float* rows = call.floats(1, vocabulary * columns);
  const float* positions = call.floats(2, tokens * columns);
  float* y = call.floats(3, batch * tokens * columns);
  if (call.ok()) kernels->embedding(batch, tokens, columns, ids, rows, positions, y);
  return nullptr;
}

// embeddingBackward(ids, dy, drows, dpositions, batch, tokens, columns, vocabulary)
napi_value embedding_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), tokens = call.count(5), columns = call.count(6);
  const long vocabulary = call.count(7);
  const int* ids = call.indices(0, batch * tokens, vocabulary);
  const float* dy = call.floats(1, batch * tokens * columns);
  float* drows = call.floats(2, vocabulary * columns);
  float* dpositions = call.floats(3, tokens * columns);
  if (call.ok()) {
    kernels->embedding_backward(batch, tokens, columns, ids, dy, drows, dpositions);
  }
  return nullptr;
}

// crossEntropy(logits, targets, statistics, rows, columns): the mean loss
napi_value cross_entropy(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const float* logits = call.floats(0, rows * columns);
  const int* targets = call.indices(1, rows, columns);
  float* statistics = call.floats(2, rows);
  if (!call.ok()) return nullptr;
  return number_value(env, kernels->cross_entropy(rows, columns, logits, targets, statistics));
}

// crossEntropyBackward(logits, targets, statistics, dlogits, rows, columns)
napi_value cross_entropy_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), columns = call.count(5);
  const float* logits = call.floats(0, rows * columns);
  const int* targets = call.indices(1, rows, columns);
  const float* statistics = call.floats(2, rows);
  float* dlogits = call.floats(3, rows * columns);
  if (call.ok()) {
    kernels->cross_entropy_backward(rows, columns, logits, targets, statistics, dlogits);
  }
  return nullptr;
}

// meanSquaredError(x, target): the mean over all elements
napi_value mean_squared_error(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const size_t count = call.lengthOf(0);
  const float* x = call.floats(0, count);
  const float* target = call.floats(1, count);
  if (!call.ok()) return nullptr;
  return number_value(env, kernels->mean_squared_error(count, x, target));
}

// fmaPeakFlopPerS(): the best of several bursts of about 5 ms each
napi_value fma_peak(napi_env env, napi_callback_info) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  long rounds = 1 << 20;
  for (int i = 0; i < 10; i++) {
    const auto start = Clock::now();
    const double flop = kernels->fma_burst(rounds);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds > 0 && flop / seconds > best) best = flop / seconds;
  }
  return number_value(env, best);
}
