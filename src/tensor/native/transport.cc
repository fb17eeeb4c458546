// The door between JavaScript and the mailboxes of other processes: `exports.transport`. Linux
// only: elsewhere it is absent, and processes talk over TCP.
#if defined(__linux__)
#include <sys/mman.h>

#include "arguments.h"
#include "post.h"

namespace {

/** Raised whenever a signature below changes, so that an old binary is never called. */
const int TRANSPORT_VERSION = 2;
const long RANK_COUNT_MAX = 64;
const long MAPPED_BYTES_MAX = 1 << 20;

napi_value number_of(napi_env env, double value) {
  napi_value result = nullptr;
  if (napi_create_double(env, value, &result) != napi_ok) return nullptr;
  return result;
}

/** A typed array of any kind, as bytes. */
struct Bytes {
  char* data = nullptr;
  size_t count = 0;
  size_t element = 1;
  size_t elements() const { return count / element; }
};

/** Arguments of the calls below; the first is always a post office. */
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = CAPACITY;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok) {
      fail("arguments can be read");
    }
  }

  bool ok() const { return ok_; }
  napi_env env() const { return env_; }

  Post* post() {
    void* found = nullptr;
    if (ok_ && napi_get_value_external(env_, values_[0], &found) != napi_ok) {
      fail("the first argument is what open() gave");
    }
    if (ok_ && *static_cast<Post**>(found) == nullptr) fail("the transport is open");
    return ok_ ? *static_cast<Post**>(found) : nullptr;
  }

  Post** box() {
    void* found = nullptr;
    if (napi_get_value_external(env_, values_[0], &found) != napi_ok) {
      fail("the first argument is what open() gave");
    }
    return static_cast<Post**>(found);
  }

  long whole(size_t index, long most) {
    double value = -1;
    if (napi_get_value_double(env_, values_[index], &value) != napi_ok || value < 0 ||
        value > static_cast<double>(most) ||
        value != static_cast<double>(static_cast<long>(value))) {
      fail("a count is a whole number in its range");
      return 0;
    }
    return static_cast<long>(value);
  }

  bool truth(size_t index) {
    bool value = false;
    if (napi_get_value_bool(env_, values_[index], &value) != napi_ok) fail("a flag is a boolean");
    return value;
  }

  Bytes floats(size_t index) {
    const Bytes found = bytes(values_[index]);
    if (ok_ && found.element != sizeof(float) && found.element != sizeof(double)) {
      fail("numbers are a Float32Array or a Float64Array");
    }
    return found;
  }

  /** Ranks, each below the number there is. */
  std::vector<int> ranks(size_t index, int limit) {
    const Bytes found = bytes(values_[index]);
    std::vector<int> list;
    if (ok_ && found.element != sizeof(int)) fail("ranks are an Int32Array");
    for (size_t i = 0; ok_ && i < found.elements(); i++) {
      const int rank = reinterpret_cast<const int*>(found.data)[i];
      if (rank < 0 || rank >= limit) fail("a rank is one of those there are");
      list.push_back(rank);
    }
    return list;
  }

  std::vector<Bytes> arrays(size_t index, size_t wanted) {
    uint32_t count = 0;
    std::vector<Bytes> list;
    if (napi_get_array_length(env_, values_[index], &count) != napi_ok || count != wanted) {
      fail("there is an array for each rank");
    }
    for (uint32_t i = 0; ok_ && i < count; i++) {
      napi_value item = nullptr;
      if (napi_get_element(env_, values_[index], i, &item) != napi_ok) fail("a list has items");
      if (ok_) list.push_back(bytes(item));
    }
    return list;
  }

  void fail(const char* claim) {
    if (ok_) napi_throw_type_error(env_, "ERR_FABRICAST_TRANSPORT", claim);
    ok_ = false;
  }

 private:
  static const size_t CAPACITY = 8;
  napi_env env_;
  napi_value values_[CAPACITY] = {};
  bool ok_ = true;

  Bytes bytes(napi_value value) {
    napi_typedarray_type type = napi_uint8_array;
    size_t length = 0;
    void* data = nullptr;
    if (!ok_) return {};
    if (napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) !=
        napi_ok) {
      fail("what is exchanged is a typed array");
      return {};
    }
    const size_t element = type == napi_float64_array ? 8 : type == napi_uint8_array ? 1 : 4;
    if (type != napi_float64_array && type != napi_float32_array && type != napi_int32_array &&
        type != napi_uint8_array) {
      fail("what is exchanged is floats, 32-bit integers or bytes");
    }
    return {static_cast<char*>(data), length * element, element};
  }
};

#include "transport-calls.h"

napi_property_descriptor method(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
}

}  // namespace

napi_status fabricast_define_transport(napi_env env, napi_value exports) {
  napi_value transport = nullptr;
  napi_status status = napi_create_object(env, &transport);
  if (status != napi_ok) return status;
  const napi_property_descriptor properties[] = {
      {"version", nullptr, nullptr, nullptr, nullptr, number_of(env, TRANSPORT_VERSION),
       napi_enumerable, nullptr},
      method("memoryFile", memory_file),
      method("map", map_file),
      method("open", open_post),
      method("close", close_post),
      method("allReduce", all_reduce),
      method("reduceScatter", reduce_scatter),
      method("send", send_later),
      method("transfer", transfer),
      method("finish", finish),
  };
  status = napi_define_properties(env, transport, sizeof properties / sizeof properties[0],
                                  properties);
  if (status != napi_ok) return status;
  return napi_set_named_property(env, exports, "transport", transport);
}
#else
#include <node_api.h>

napi_status fabricast_define_transport(napi_env, napi_value) { return napi_ok; }
#endif
