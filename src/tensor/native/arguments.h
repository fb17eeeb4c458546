// Arguments of one call from JavaScript, checked: a wrong type or length is an exception there,
// never a stray access here.
#pragma once
#include <node_api.h>

#include <cstdint>

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = CAPACITY;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok) {
      fail("arguments can be read");
    }
  }

  bool ok() const { return ok_; }
  napi_env env() const { return env_; }

  /** A whole number of things, small enough for its products to stay exact. */
  long count(size_t index) {
    const double value = number(index);
    if (!ok_) return 0;
    const bool fits = value >= 0 && value <= 2147483647.0;
    if (!fits || value != static_cast<double>(static_cast<long>(value))) {
      fail("a count is a whole number below 2^31");
      return 0;
    }
    return static_cast<long>(value);
  }

  double number(size_t index) {
    double value = 0;
    if (napi_get_value_double(env_, values_[index], &value) != napi_ok) {
      fail("a number is a number");
    }
    return value;
  }

  bool truth(size_t index) {
    bool value = false;
    if (napi_get_value_bool(env_, values_[index], &value) != napi_ok) fail("a flag is a boolean");
    return value;
  }

  bool absent(size_t index) {
    napi_valuetype type = napi_undefined;
    if (napi_typeof(env_, values_[index], &type) != napi_ok) fail("an argument has a type");
    return type == napi_undefined || type == napi_null;
  }

  float* floats(size_t index, int64_t length) {
    return static_cast<float*>(array(index, length, napi_float32_array, "a Float32Array"));
  }

  /** Int32Array whose entries all lie in 0 … limit − 1. */
  const int* indices(size_t index, int64_t length, long limit) {
    const int* ids =
        static_cast<const int*>(array(index, length, napi_int32_array, "an Int32Array"));
    for (int64_t i = 0; ok_ && i < length; i++) {
      if (ids[i] < 0 || ids[i] >= limit) fail("an index lies within its table");
    }
    return ids;
  }

  size_t lengthOf(size_t index) {
    size_t length = 0;
    const napi_status status = napi_get_typedarray_info(env_, values_[index], nullptr, &length,
                                                        nullptr, nullptr, nullptr);
    if (status != napi_ok) {
      fail("an array is a typed array");
    }
    return length;
  }

  void fail(const char* claim) {
    if (ok_) napi_throw_type_error(env_, "ERR_FABRICAST_TENSOR", claim);
    ok_ = false;
  }

 private:
  static const size_t CAPACITY = 16;
  napi_env env_;
  napi_value values_[CAPACITY] = {};
  bool ok_ = true;

  void* array(size_t index, int64_t length, napi_typedarray_type wanted, const char* what) {
    napi_typedarray_type type = napi_int8_array;
    size_t found = 0;
    void* data = nullptr;
    if (!ok_) return nullptr;
    if (napi_get_typedarray_info(env_, values_[index], &type, &found, &data, nullptr, nullptr) !=
            napi_ok ||
        type != wanted) {
      fail(what);
      return nullptr;
    }
    if (static_cast<int64_t>(found) != length) {
      fail("an array is as long as its shape says");
      return nullptr;
    }
    return data;
  }
};
