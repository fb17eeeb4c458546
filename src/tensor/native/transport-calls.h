// The calls of `exports.transport`. Included by transport.cc, inside its unnamed namespace. Those
// that exchange return a ticket: 0 when all is done, else one for finish(); −1 when the parent
// process has ended.

// memoryFile(rankCount): a file descriptor for open(), in this process and those that inherit it
napi_value memory_file(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const long rank_count = call.whole(0, RANK_COUNT_MAX);
  if (!call.ok()) return nullptr;
  const int file = static_cast<int>(syscall(SYS_memfd_create, "fabricast", 0));
  const size_t bytes = SharedMemory::bytes(static_cast<int>(rank_count));
  if (file < 0 || ftruncate(file, static_cast<off_t>(bytes)) != 0) {
    call.fail("memory for all processes is there");
    return nullptr;
  }
  return number_of(env, file);
}

void unmap(napi_env, void* data, void* bytes) {
  munmap(data, reinterpret_cast<uintptr_t>(bytes));
}

// map(file descriptor, bytes): the file's bytes as an ArrayBuffer that all who map it share
napi_value map_file(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const long file = call.whole(0, INT32_MAX), bytes = call.whole(1, MAPPED_BYTES_MAX);
  if (!call.ok()) return nullptr;
  void* data = mmap(nullptr, static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_SHARED,
                    static_cast<int>(file), 0);
  if (data == MAP_FAILED) {
    call.fail("a file of these processes can be mapped");
    return nullptr;
  }
  napi_value buffer = nullptr;
  void* hint = reinterpret_cast<void*>(static_cast<uintptr_t>(bytes));
  if (napi_create_external_arraybuffer(env, data, static_cast<size_t>(bytes), unmap, hint,
                                       &buffer) != napi_ok) {
    unmap(env, data, hint);
    call.fail("memory of a file can be handed out");
  }
  return buffer;
}

void drop(napi_env, void* data, void*) {
  Post** box = static_cast<Post**>(data);
  delete *box;
  delete box;
}

// open(file descriptor, rank, rankCount): a post office
napi_value open_post(napi_env env, napi_callback_info info) {
  Call call(env, info);
  const long file = call.whole(0, INT32_MAX), rank_count = call.whole(2, RANK_COUNT_MAX);
  const long rank = call.whole(1, rank_count - 1);
  if (!call.ok()) return nullptr;
  const size_t bytes = SharedMemory::bytes(static_cast<int>(rank_count));
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(file), 0);
  if (data == MAP_FAILED) {
    call.fail("memory of all processes can be mapped");
    return nullptr;
  }
  Post** box = new Post*(new Post(static_cast<char*>(data), bytes, static_cast<int>(rank),
                                  static_cast<int>(rank_count)));
  napi_value handle = nullptr;
  if (napi_create_external(env, box, drop, nullptr, &handle) != napi_ok) {
    drop(env, box, nullptr);
    call.fail("a post office can be handed out");
  }
  return handle;
}

// close(post): whoever waits in it is told; nothing can be sent afterwards
napi_value close_post(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Post** box = call.box();
  if (!call.ok()) return nullptr;
  delete *box;
  *box = nullptr;
  return nullptr;
}

napi_value do_or_hand_over(Call& call, Post& post, std::unique_ptr<Job> job, bool is_background) {
  if (is_background) {
    const int ticket = post.hand_over(std::move(job));
    if (ticket == 0) call.fail("there is a thread for exchanges in the background");
    return call.ok() ? number_of(call.env(), ticket) : nullptr;
  }
  return number_of(call.env(), post.run(job->exchange) ? 0 : -1);
}

size_t place_in(const std::vector<int>& members, int rank) {
  size_t place = 0;
  while (place < members.size() && members[place] != rank) place++;
  return place;
}

// allReduce(post, members, numbers, isMax, isBackground): in place; chunk i is summed by member i
napi_value all_reduce(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Post* post = call.post();
  if (!call.ok()) return nullptr;
  const std::vector<int> members = call.ranks(1, post->rank_count());
  const Bytes numbers = call.floats(2);
  const bool is_max = call.truth(3), is_background = call.truth(4);
  const size_t own = place_in(members, post->rank()), n = members.size();
  if (own == n) call.fail("a rank reduces with groups that it belongs to");
  if (!call.ok()) return nullptr;
  auto chunk = [&](size_t i) { return i * numbers.elements() / n * numbers.element; };
  std::unique_ptr<Job> job(new Job);
  Reduction& sum = job->exchange.reduction;
  sum.members = members;
  sum.source = sum.target = numbers.data + chunk(own);
  sum.bytes = chunk(own + 1) - chunk(own);
  sum.is_double = numbers.element == sizeof(double);
  sum.is_max = is_max;
  // Each rank starts with the one after it, so that not all crowd at one.
  for (size_t step = 1; step < n; step++) {
    const size_t i = (own + step) % n;
    const Parcel part = {members[i], numbers.data + chunk(i), chunk(i + 1) - chunk(i), 0};
    job->exchange.sends.push_back(part);
    job->exchange.results.push_back({members[i], sum.target, sum.bytes, 0});
    job->exchange.receives.push_back(part);
  }
  return do_or_hand_over(call, *post, std::move(job), is_background);
}

// reduceScatter(post, members, all, own, isBackground): `own` is the sum of this rank's part
napi_value reduce_scatter(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Post* post = call.post();
  if (!call.ok()) return nullptr;
  const std::vector<int> members = call.ranks(1, post->rank_count());
  const Bytes all = call.floats(2), part = call.floats(3);
  const bool is_background = call.truth(4);
  const size_t own = place_in(members, post->rank()), n = members.size();
  if (own == n) call.fail("a rank reduces with groups that it belongs to");
  if (all.element != part.element || all.count != n * part.count) {
    call.fail("there is a part for each rank");
  }
  if (!call.ok()) return nullptr;
  std::unique_ptr<Job> job(new Job);
  Reduction& sum = job->exchange.reduction;
  sum.members = members;
  sum.source = all.data + own * part.count;
  sum.target = part.data;
  sum.bytes = part.count;
  sum.is_double = all.element == sizeof(double);
  for (size_t step = 1; step < n; step++) {
    const size_t i = (own + step) % n;
    job->exchange.sends.push_back({members[i], all.data + i * part.count, part.count, 0});
  }
  return do_or_hand_over(call, *post, std::move(job), is_background);
}

void add_parcels(Call& call, const Post& post, size_t index, std::vector<Parcel>* parcels) {
  const std::vector<int> peers = call.ranks(index, post.rank_count());
  if (!call.ok()) return;
  const std::vector<Bytes> arrays = call.arrays(index + 1, peers.size());
  for (size_t i = 0; call.ok() && i < peers.size(); i++) {
    if (peers[i] == post.rank()) call.fail("a rank sends to others");
    if (place_in(peers, peers[i]) != i) call.fail("there is one array for each rank");
    parcels->push_back({peers[i], arrays[i].data, arrays[i].count, 0});
  }
}

// send(post, target, array): returns at once, with a copy on its way
napi_value send_later(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Post* post = call.post();
  if (!call.ok()) return nullptr;
  const long target = call.whole(1, post->rank_count() - 1);
  const Bytes numbers = call.floats(2);
  if (target == post->rank()) call.fail("a rank sends to others");
  if (call.ok()) post->send_later(static_cast<int>(target), numbers.data, numbers.count);
  return nullptr;
}

// transfer(post, targets, sent arrays, sources, received arrays, isBackground)
napi_value transfer(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Post* post = call.post();
  if (!call.ok()) return nullptr;
  std::unique_ptr<Job> job(new Job);
  add_parcels(call, *post, 1, &job->exchange.sends);
  add_parcels(call, *post, 3, &job->exchange.receives);
  const bool is_background = call.truth(5);
  if (!call.ok()) return nullptr;
  return do_or_hand_over(call, *post, std::move(job), is_background);
}

// finish(post, ticket): seconds that the exchange took; −1 when the parent has ended
napi_value finish(napi_env env, napi_callback_info info) {
  Call call(env, info);
  Post* post = call.post();
  const long ticket = call.whole(1, INT32_MAX);
  if (!call.ok()) return nullptr;
  const std::unique_ptr<Job> job = post->finish(static_cast<int>(ticket));
  if (job == nullptr) {
    call.fail("a ticket is redeemed once");
    return nullptr;
  }
  return number_of(env, job->state == State::done ? job->duration_s : -1);
}
