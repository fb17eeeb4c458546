// Calls of the kernels in llama.h, as calls.h has the others. Included by addon.cc after it.

// rmsNorm(x, scale, y, statistics, rows, columns, epsilon)
napi_value rms_norm(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), columns = call.count(5);
  const float epsilon = static_cast<float>(call.number(6));
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, elements);
  const float* scale = call.floats(1, columns);
  float* y = call.floats(2, elements);
  float* statistics = call.floats(3, rows);
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, columns * LIGHT, 1, [&](long row, long count) {
    call.kernels()->rms_norm(count, columns, epsilon, x + row * columns, scale, y + row * columns,
                             statistics + row);
  });
  return nullptr;
}

// rmsNormBackward(x, scale, statistics, dy, dx, dscale, rows, columns)
napi_value rms_norm_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(6), columns = call.count(7);
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, elements);
  const float* scale = call.floats(1, columns);
  const float* statistics = call.floats(2, rows);
  const float* dy = call.floats(3, elements);
  float* dx = call.floats(4, elements);
  float* dscale = call.floats(5, columns);
  if (!call.ok()) return nullptr;
  // In one thread: the gradient of the scale adds up over rows, in their order.
  call.kernels()->rms_norm_backward(rows, columns, x, scale, statistics, dy, dx, dscale);
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
  const int64_t narrow =
      call.product({s.batch, s.tokens, s.heads + 2 * s.keyValueHeads, s.headSize});
  const int64_t wide = call.product({s.batch, s.tokens, 3 * s.heads, s.headSize});
  const float* x = call.floats(0, is_backward ? wide : narrow);
  const float* turns = call.floats(1, call.product({s.tokens, s.headSize}));
  float* y = call.floats(2, is_backward ? narrow : wide);
  if (!call.ok()) return nullptr;
  const auto kernel = is_backward ? call.kernels()->rotary_backward : call.kernels()->rotary;
  const long from = (is_backward ? wide : narrow) / (s.batch > 0 ? s.batch : 1);
  const long to = (is_backward ? narrow : wide) / (s.batch > 0 ? s.batch : 1);
  call.engine().pieces(s.batch, to * LIGHT, 1, [&](long first, long count) {
    const RotaryShape part = {count, s.tokens, s.heads, s.keyValueHeads, s.headSize};
    kernel(x + first * from, turns, y + first * to, &part);
  });
  return nullptr;
}

// swiglu(x, y, rows, columns)
napi_value swiglu(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, 2 * elements);
  float* y = call.floats(1, elements);
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, columns * HEAVY, 1, [&](long row, long count) {
    call.kernels()->swiglu(count, columns, x + 2 * row * columns, y + row * columns);
  });
  return nullptr;
}

// swigluBackward(x, dy, dx, rows, columns)
napi_value swiglu_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, 2 * elements);
  const float* dy = call.floats(1, elements);
  float* dx = call.floats(2, 2 * elements);
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, columns * HEAVY, 1, [&](long row, long count) {
    const long at = row * columns;
    call.kernels()->swiglu_backward(count, columns, x + 2 * at, dy + at, dx + 2 * at);
  });
  return nullptr;
}

/** f(ids, table, y) or f(ids, dy, table), then count, columns, entries, first. */
template <bool is_backward>
napi_value lookup_call(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long count = call.count(3), columns = call.count(4), entries = call.count(5);
  const long first = call.count(6);
  const int* ids = call.indices(0, count, INT32_MAX);
  float* table = call.floats(is_backward ? 2 : 1, call.product({entries, columns}));
  float* y = call.floats(is_backward ? 1 : 2, call.product({count, columns}));
  if (!call.ok()) return nullptr;
  if (is_backward) {
    call.kernels()->lookup_backward(count, columns, entries, first, ids, y, table);
  } else {
    call.kernels()->lookup(count, columns, entries, first, ids, table, y);
  }
  return nullptr;
}

// combine(x, weights, places, y, rows, picks, columns)
napi_value combine(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), picks = call.count(5), columns = call.count(6);
  const int64_t chosen = call.product({rows, picks});
  const float* x = call.floats(0, call.product({rows, picks, columns}));
  const float* weights = call.floats(1, chosen);
  const int* places = call.indices(2, chosen, chosen);
  float* y = call.floats(3, call.product({rows, columns}));
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, picks * columns * LIGHT, 1, [&](long row, long count) {
    call.kernels()->combine(count, picks, columns, x, weights + row * picks, places + row * picks,
                            y + row * columns);
  });
  return nullptr;
}

// combineBackward(x, weights, places, dy, dx, dweights, rows, picks, columns)
napi_value combine_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(6), picks = call.count(7), columns = call.count(8);
  const int64_t chosen = call.product({rows, picks});
  const float* x = call.floats(0, call.product({rows, picks, columns}));
  const float* weights = call.floats(1, chosen);
  const int* places = call.indices(2, chosen, chosen);
  const float* dy = call.floats(3, call.product({rows, columns}));
  float* dx = call.floats(4, call.product({rows, picks, columns}));
  float* dweights = call.floats(5, chosen);
  if (!call.ok()) return nullptr;
  call.kernels()->combine_backward(rows, picks, columns, x, weights, places, dy, dx, dweights);
  return nullptr;
}
