// Arguments of one call from JavaScript, checked: a wrong type or length is an exception there,
// never a stray access here.
#pragma once
#include <node_api.h>

#include <cstdint>
#include <initializer_list>

#include "engine.h"

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = CAPACITY;
    void* data = nullptr;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, &data) != napi_ok) {
      fail("arguments can be read");
    }
    engine_ = static_cast<Engine*>(data);
  }

  bool ok() const { return ok_; }
  napi_env env() const { return env_; }

  /** That of the environment the call comes from. */
  Engine& engine() const { return *engine_; }
  const Kernels* kernels() const { return engine_->kernels; }

  /** Memory that products and attention work in; `score_count` numbers of it for scores. */
  void scratch(long score_count) {
    if (ok_ && !engine_->prepare(score_count)) fail("memory to work in is there");
  }

  /** How many things a shape with these lengths has. */
  int64_t product(std::initializer_list<long> lengths) {
    int64_t all = 1;
    for (const long length : lengths) {
      if (__builtin_mul_overflow(all, static_cast<int64_t>(length), &all)) {
        fail("a shape has no more elements than memory could hold");
        return 0;
      }
    }
    return all;
  }

  /** A whole number of things. */
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

  /** What JavaScript gets; null behind an exception. */
  napi_value result(double value) {
    napi_value made = nullptr;
    if (ok_ && napi_create_double(env_, value, &made) != napi_ok) fail("a result can be made");
    return made;
  }

  /** Throws there, once; a status that says throwing failed leaves nothing else to do. */
  void fail(const char* claim) {
    bool pending = false;
    const bool asked = napi_is_exception_pending(env_, &pending) == napi_ok;
    if (asked && !pending &&
        napi_throw_type_error(env_, "ERR_FABRICAST_TENSOR", claim) != napi_ok) {
      napi_fatal_error("fabricast", NAPI_AUTO_LENGTH, claim, NAPI_AUTO_LENGTH);
    }
    ok_ = false;
  }

 private:
  static const size_t CAPACITY = 16;
  napi_env env_;
  Engine* engine_ = nullptr;
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
