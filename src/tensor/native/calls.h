// One function for each op that JavaScript can call: takes its arguments, checked, and hands the
// pieces of the work to the threads. Included by addon.cc, inside its unnamed namespace.

/** Work of one element, roughly: exponentials and divisions weigh more. */
const long LIGHT = 1, HEAVY = 4;
/** Elements and rows of one term of a sum that goes over threads. */
const long SUM_ELEMENTS = 1 << 14, SUM_ROWS = 64;
/** Pieces are whole vectors, so that a rest is where it would be for one thread. */
const long ELEMENTS = 1024, COLUMNS = 16;

// matmul(a, b, c, bias | undefined, batch, m, n, k, flags: 1 transposes a, 2 b, 4 accumulates)
template <MatmulKernel Kernels::* kernel>
napi_value matmul(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), m = call.count(5), n = call.count(6), k = call.count(7);
  const long flags = call.count(8);
  const MatmulShape s = {batch, m, n, k, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0};
  const float* a = call.floats(0, call.product({batch, m, k}));
  const float* b = call.floats(1, call.product({batch, k, n}));
  float* c = call.floats(2, call.product({batch, m, n}));
  const float* bias = call.absent(3) ? nullptr : call.floats(3, n);
  call.scratch(0);
  if (call.ok()) call.engine().matmul(call.kernels()->*kernel, a, b, c, bias, s);
  return nullptr;
}

// columnSums(x, sums, rows, columns)
napi_value column_sums(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const float* x = call.floats(0, call.product({rows, columns}));
  float* sums = call.floats(1, columns);
  if (!call.ok()) return nullptr;
  call.engine().pieces(columns, rows, COLUMNS, [&](long first, long count) {
    call.kernels()->column_sums(rows, count, columns, x + first, sums + first);
  });
  return nullptr;
}

/** f(x, y) on single elements. */
template <void (*const Kernels::* kernel)(long, const float*, float*), long weight>
napi_value unary(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  const float* x = call.floats(0, elements);
  float* y = call.floats(1, elements);
  if (!call.ok()) return nullptr;
  call.engine().pieces(elements, weight, ELEMENTS, [&](long first, long count) {
    (call.kernels()->*kernel)(count, x + first, y + first);
  });
  return nullptr;
}

/** f(a, b, y) on single elements. */
template <void (*const Kernels::* kernel)(long, const float*, const float*, float*), long weight>
napi_value binary(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  const float* a = call.floats(0, elements);
  const float* b = call.floats(1, elements);
  float* y = call.floats(2, elements);
  if (!call.ok()) return nullptr;
  call.engine().pieces(elements, weight, ELEMENTS, [&](long first, long count) {
    (call.kernels()->*kernel)(count, a + first, b + first, y + first);
  });
  return nullptr;
}

// scale(x, factor): in place
napi_value scale(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  float* x = call.floats(0, elements);
  const float factor = static_cast<float>(call.number(1));
  if (!call.ok()) return nullptr;
  call.engine().pieces(elements, LIGHT, ELEMENTS, [&](long first, long count) {
    call.kernels()->scale(count, x + first, factor);
  });
  return nullptr;
}

// sumOfSquares(x)
napi_value sum_of_squares(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  const float* x = call.floats(0, elements);
  if (!call.ok()) return nullptr;
  return call.result(call.engine().sum(elements, SUM_ELEMENTS, [&](long first, long count) {
    return call.kernels()->sum_of_squares(count, x + first);
  }));
}

// momentum(parameters, gradients, velocity, learningRate, momentum)
napi_value momentum(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  float* p = call.floats(0, elements);
  const float* g = call.floats(1, elements);
  float* velocity = call.floats(2, elements);
  const float rate = static_cast<float>(call.number(3));
  const float keep = static_cast<float>(call.number(4));
  if (!call.ok()) return nullptr;
  call.engine().pieces(elements, LIGHT, ELEMENTS, [&](long first, long count) {
    call.kernels()->momentum(count, p + first, g + first, velocity + first, rate, keep);
  });
  return nullptr;
}

// adam(parameters, gradients, first, second, learningRate, beta1, beta2, epsilon, step)
napi_value adam(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  float* p = call.floats(0, elements);
  const float* g = call.floats(1, elements);
  float* m = call.floats(2, elements);
  float* v = call.floats(3, elements);
  const double rate = call.number(4), beta1 = call.number(5), beta2 = call.number(6);
  const double epsilon = call.number(7), step = call.number(8);
  const AdamStep s = adam_step(rate, beta1, beta2, epsilon, std::pow(beta1, step),
                               std::pow(beta2, step));
  if (!call.ok()) return nullptr;
  call.engine().pieces(elements, HEAVY, ELEMENTS, [&](long first, long count) {
    call.kernels()->adam(count, p + first, g + first, m + first, v + first, &s);
  });
  return nullptr;
}

// meanSquaredError(x, target): the mean over all elements
napi_value mean_squared_error(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  const float* x = call.floats(0, elements);
  const float* target = call.floats(1, elements);
  if (!call.ok()) return nullptr;
  const double sum = call.engine().sum(elements, SUM_ELEMENTS, [&](long first, long count) {
    return call.kernels()->squared_error(count, x + first, target + first);
  });
  return call.result(sum / elements);
}

// meanSquaredErrorBackward(x, target, dx)
napi_value mean_squared_error_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long elements = call.lengthOf(0);
  const float* x = call.floats(0, elements);
  const float* target = call.floats(1, elements);
  float* dx = call.floats(2, elements);
  if (!call.ok()) return nullptr;
  const float share = 2.0f / elements;
  call.engine().pieces(elements, LIGHT, ELEMENTS, [&](long first, long count) {
    call.kernels()->squared_error_backward(count, share, x + first, target + first, dx + first);
  });
  return nullptr;
}

// fmaPeakFlopPerS(): the best of several bursts of about 5 ms each, of one thread
napi_value fma_peak(napi_env env, napi_callback_info info) {
  using Clock = std::chrono::steady_clock;
  Arguments call(env, info);
  double best = 0;
  const long rounds = 1 << 20;
  for (int i = 0; call.ok() && i < 10; i++) {
    const auto start = Clock::now();
    const double flop = call.kernels()->fma_burst(rounds);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds > 0 && flop / seconds > best) best = flop / seconds;
  }
  return call.result(best);
}
