// Memory that several processes share: a file without a name, which a parent makes and its
// children inherit, mapped into each; and a way to sleep until a word of it changes. Linux only:
// elsewhere the calls throw, and processes talk over TCP. Included by addon.cc, inside its unnamed
// namespace.
#if defined(__linux__)
// memoryFile(bytes): its file descriptor
napi_value memory_file(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long bytes = call.count(0);
  if (!call.ok()) return nullptr;
  const int file = static_cast<int>(syscall(SYS_memfd_create, "fabricast", 0));
  if (file < 0 || ftruncate(file, bytes) != 0) {
    call.fail("memory for all processes is there");
    return nullptr;
  }
  return call.result(file);
}

void unmap(napi_env, void* data, void* bytes) {
  munmap(data, reinterpret_cast<size_t>(bytes));
}

// mapMemory(file descriptor, bytes): an ArrayBuffer that all who map the file see
napi_value map_memory(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const long file = call.count(0), bytes = call.count(1);
  if (!call.ok()) return nullptr;
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(file), 0);
  if (data == MAP_FAILED) {
    call.fail("memory of all processes can be mapped");
    return nullptr;
  }
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, data, bytes, unmap, reinterpret_cast<void*>(bytes),
                                       &buffer) != napi_ok) {
    munmap(data, bytes);
    call.fail("memory of all processes can be an ArrayBuffer");
  }
  return buffer;
}

// waitWord(words, expected, milliseconds): until words[0] is another, or the time is over
napi_value wait_word(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const int* word = call.indices(0, 1, INT32_MAX);
  const long expected = call.count(1), milliseconds = call.count(2);
  if (!call.ok()) return nullptr;
  const timespec most = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  syscall(SYS_futex, word, FUTEX_WAIT, static_cast<int>(expected), &most, nullptr, 0);
  return nullptr;
}

// wakeWord(words): whoever waits for words[0]
napi_value wake_word(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  const int* word = call.indices(0, 1, INT32_MAX);
  if (call.ok()) syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, nullptr, nullptr, 0);
  return nullptr;
}
#else
napi_value no_memory(napi_env env, napi_callback_info info) {
  Arguments call(env, info);
  call.fail("memory shared by processes is there on Linux only");
  return nullptr;
}
napi_callback memory_file = no_memory, map_memory = no_memory;
napi_callback wait_word = no_memory, wake_word = no_memory;
#endif
