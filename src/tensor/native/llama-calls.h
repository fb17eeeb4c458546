// Calls of the kernels in llama.h. Included by addon.cc, inside its unnamed namespace.

// rmsNorm(x, scale, y, statistics, rows, columns, epsilon)
napi_value rms_norm(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), columns = call.count(5);
  const float epsilon = static_cast<float>(call.number(6));
  const float* x = call.floats(0, rows * columns);
  const float* scale = call.floats(1, columns);
  float* y = call.floats(2, rows * columns);
  float* statistics = call.floats(3, rows);
  if (call.ok()) kernels->rms_norm(rows, columns, epsilon, x, scale, y, statistics);
  return nullptr;
}

// rmsNormBackward(x, scale, statistics, dy, dx, dscale, rows, columns)
napi_value rms_norm_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(6), columns = call.count(7);
  const float* x = call.floats(0, rows * columns);
  const float* scale = call.floats(1, columns);
  const float* statistics = call.floats(2, rows);
  const float* dy = call.floats(3, rows * columns);
  float* dx = call.floats(4, rows * columns);
  float* dscale = call.floats(5, columns);
  if (call.ok()) kernels->rms_norm_backward(rows, columns, x, scale, statistics, dy, dx, dscale);
  return nullptr;
}

/** f(narrow, turns, wide) or f(wide, turns, narrow), then the sizes of a RotaryShape. */
template <bool is_backward>
napi_value rotary_call(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const RotaryShape s = {call.count(3), call.count(4), call.count(5), call.count(6),
                         call.count(7)};
  if (s.keyValueHeads == 0 || s.heads % s.keyValueHeads != 0 || s.headSize % 2 != 0) {
    call.fail("heads share keys, columns pair up");
  }
  const int64_t rows = s.batch * s.tokens;
  const int64_t narrow = rows * (s.heads + 2 * s.keyValueHeads) * s.headSize;
  const int64_t wide = rows * 3 * s.heads * s.headSize;
  const float* x = call.floats(0, is_backward ? wide : narrow);
  const float* turns = call.floats(1, s.tokens * s.headSize);
  float* y = call.floats(2, is_backward ? narrow : wide);
  if (!call.ok()) return nullptr;
  (is_backward ? kernels->rotary_backward : kernels->rotary)(x, turns, y, &s);
  return nullptr;
}

// swiglu(x, y, rows, columns)
napi_value swiglu(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const float* x = call.floats(0, 2 * rows * columns);
  float* y = call.floats(1, rows * columns);
  if (call.ok()) kernels->swiglu(rows, columns, x, y);
  return nullptr;
}

// swigluBackward(x, dy, dx, rows, columns)
napi_value swiglu_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const float* x = call.floats(0, 2 * rows * columns);
  const float* dy = call.floats(1, rows * columns);
  float* dx = call.floats(2, 2 * rows * columns);
  if (call.ok()) kernels->swiglu_backward(rows, columns, x, dy, dx);
  return nullptr;
}

/** f(ids, table, y) or f(ids, dy, table), then count, columns, entries, first. */
template <bool is_backward>
napi_value lookup_call(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long count = call.count(3), columns = call.count(4), entries = call.count(5);
  const long first = call.count(6);
  const int* ids = call.indices(0, count, INT32_MAX);
  float* table = call.floats(is_backward ? 2 : 1, entries * columns);
  float* y = call.floats(is_backward ? 1 : 2, count * columns);
  if (!call.ok()) return nullptr;
  if (is_backward) {
    kernels->lookup_backward(count, columns, entries, first, ids, y, table);
  } else {
    kernels->lookup(count, columns, entries, first, ids, table, y);
  }
  return nullptr;
}

// combine(x, weights, places, y, rows, picks, columns)
napi_value combine(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), picks = call.count(5), columns = call.count(6);
  const float* x = call.floats(0, rows * picks * columns);
  const float* weights = call.floats(1, rows * picks);
  const int* places = call.indices(2, rows * picks, rows * picks);
  float* y = call.floats(3, rows * columns);
  if (call.ok()) kernels->combine(rows, picks, columns, x, weights, places, y);
  return nullptr;
}

// combineBackward(x, weights, places, dy, dx, dweights, rows, picks, columns)
napi_value combine_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(6), picks = call.count(7), columns = call.count(8);
  const float* x = call.floats(0, rows * picks * columns);
  const float* weights = call.floats(1, rows * picks);
  const int* places = call.indices(2, rows * picks, rows * picks);
  const float* dy = call.floats(3, rows * columns);
  float* dx = call.floats(4, rows * picks * columns);
  float* dweights = call.floats(5, rows * picks);
  if (call.ok()) {
    kernels->combine_backward(rows, picks, columns, x, weights, places, dy, dx, dweights);
  }
  return nullptr;
}
