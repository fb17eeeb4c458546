// The ops on rows and the lookups, as calls.h has the others. Included by addon.cc after it.

// layerNorm(x, scale, shift, y, statistics, rows, columns, epsilon)
napi_value layer_norm(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(5), columns = call.count(6);
  const float epsilon = static_cast<float>(call.number(7));
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, elements);
  const float* scale = call.floats(1, columns);
  const float* shift = call.floats(2, columns);
  float* y = call.floats(3, elements);
  float* statistics = call.floats(4, 2 * rows);
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, columns * LIGHT, 1, [&](long row, long count) {
    call.kernels()->layer_norm(count, columns, epsilon, x + row * columns, scale, shift,
                               y + row * columns, statistics + 2 * row);
  });
  return nullptr;
}

// layerNormBackward(x, scale, statistics, dy, dx, dscale, dshift, rows, columns)
napi_value layer_norm_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(7), columns = call.count(8);
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, elements);
  const float* scale = call.floats(1, columns);
  const float* statistics = call.floats(2, 2 * rows);
  const float* dy = call.floats(3, elements);
  float* dx = call.floats(4, elements);
  float* dscale = call.floats(5, columns);
  float* dshift = call.floats(6, columns);
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, columns * LIGHT, 1, [&](long row, long count) {
    const long at = row * columns;
    call.kernels()->layer_norm_backward(count, columns, x + at, scale, statistics + 2 * row,
                                        dy + at, dx + at);
  });
  call.engine().pieces(columns, rows * LIGHT, COLUMNS, [&](long first, long count) {
    call.kernels()->layer_norm_gradients(rows, count, columns, x + first, statistics, dy + first,
                                         dscale + first, dshift + first);
  });
  return nullptr;
}

// softmax(x, y, rows, columns)
napi_value softmax(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(2), columns = call.count(3);
  const int64_t elements = call.product({rows, columns});
  const float* x = call.floats(0, elements);
  float* y = call.floats(1, elements);
  if (!call.ok() || columns == 0) return nullptr;
  call.engine().pieces(rows, columns * HEAVY, 1, [&](long row, long count) {
    call.kernels()->softmax(count, columns, x + row * columns, y + row * columns);
  });
  return nullptr;
}

// softmaxBackward(y, dy, dx, rows, columns)
napi_value softmax_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const int64_t elements = call.product({rows, columns});
  const float* y = call.floats(0, elements);
  const float* dy = call.floats(1, elements);
  float* dx = call.floats(2, elements);
  if (!call.ok()) return nullptr;
  call.engine().pieces(rows, columns * LIGHT, 1, [&](long row, long count) {
    const long at = row * columns;
    call.kernels()->softmax_backward(count, columns, y + at, dy + at, dx + at);
  });
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
  const int64_t count = call.product({s.batch, s.tokens, s.heads, s.headSize, 3}) / 3;
  const float* qkv = call.floats(0, 3 * count);
  float* out = call.floats(1, count);
  float* statistics = call.floats(2, call.product({s.batch, s.heads, s.tokens}));
  call.scratch(QUERY_ROWS * s.tokens);
  if (!call.ok()) return nullptr;
  call.engine().heads(s, [&](Scratch* scratch, long head, long end) {
    call.kernels()->attention(scratch, qkv, out, statistics, &s, head, end);
  });
  return nullptr;
}

// attentionBackward(qkv, out, statistics, dout, dqkv, batch, tokens, heads, headSize, causal)
napi_value attention_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const AttentionShape s = attention_shape(call, 5);
  const int64_t count = call.product({s.batch, s.tokens, s.heads, s.headSize, 3}) / 3;
  const float* qkv = call.floats(0, 3 * count);
  const float* out = call.floats(1, count);
  const float* statistics = call.floats(2, call.product({s.batch, s.heads, s.tokens}));
  const float* dout = call.floats(3, count);
  float* dqkv = call.floats(4, 3 * count);
  call.scratch(2 * QUERY_ROWS * s.tokens);
  if (!call.ok()) return nullptr;
  call.engine().heads(s, [&](Scratch* scratch, long head, long end) {
    call.kernels()->attention_backward(scratch, qkv, out, statistics, dout, dqkv, &s, head, end);
  });
  return nullptr;
}

// embedding(ids, rows, positions, y, batch, tokens, columns, vocabulary)
napi_value embedding(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), tokens = call.count(5), columns = call.count(6);
  const long vocabulary = call.count(7);
  const int64_t ids_count = call.product({batch, tokens});
  const int* ids = call.indices(0, ids_count, vocabulary);
  const float* rows = call.floats(1, call.product({vocabulary, columns}));
  const float* positions = call.floats(2, call.product({tokens, columns}));
  float* y = call.floats(3, call.product({batch, tokens, columns}));
  if (!call.ok()) return nullptr;
  call.engine().pieces(ids_count, columns * LIGHT, 1, [&](long row, long count) {
    call.kernels()->embedding(row, row + count, tokens, columns, ids, rows, positions, y);
  });
  return nullptr;
}

// embeddingBackward(ids, dy, drows, dpositions, batch, tokens, columns, vocabulary)
napi_value embedding_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long batch = call.count(4), tokens = call.count(5), columns = call.count(6);
  const long vocabulary = call.count(7);
  const int64_t ids_count = call.product({batch, tokens});
  const int* ids = call.indices(0, ids_count, vocabulary);
  const float* dy = call.floats(1, call.product({batch, tokens, columns}));
  float* drows = call.floats(2, call.product({vocabulary, columns}));
  float* dpositions = call.floats(3, call.product({tokens, columns}));
  if (!call.ok()) return nullptr;
  // By columns: two threads never add to one number.
  call.engine().pieces(columns, ids_count * LIGHT, COLUMNS, [&](long first, long count) {
    call.kernels()->embedding_backward(ids_count, tokens, count, columns, ids, dy + first,
                                       drows + first, dpositions + first);
  });
  return nullptr;
}

// crossEntropy(logits, targets, statistics, rows, columns): the mean loss
napi_value cross_entropy(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(3), columns = call.count(4);
  const float* logits = call.floats(0, call.product({rows, columns}));
  const int* targets = call.indices(1, rows, columns);
  float* statistics = call.floats(2, rows);
  if (!call.ok()) return nullptr;
  const double sum = call.engine().sum(rows, SUM_ROWS, [&](long row, long count) {
    return call.kernels()->cross_entropy(count, columns, logits + row * columns, targets + row,
                                         statistics + row);
  });
  return call.result(sum / rows);
}

// crossEntropyBackward(logits, targets, statistics, dlogits, rows, columns)
napi_value cross_entropy_backward(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long rows = call.count(4), columns = call.count(5);
  const int64_t elements = call.product({rows, columns});
  const float* logits = call.floats(0, elements);
  const int* targets = call.indices(1, rows, columns);
  const float* statistics = call.floats(2, rows);
  float* dlogits = call.floats(3, elements);
  if (!call.ok()) return nullptr;
  const float share = 1.0f / rows;
  call.engine().pieces(rows, columns * HEAVY, 1, [&](long row, long count) {
    const long at = row * columns;
    call.kernels()->cross_entropy_backward(count, columns, share, logits + at, targets + row,
                                           statistics + row, dlogits + at);
  });
  return nullptr;
}
