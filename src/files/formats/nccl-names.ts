/** nccl-tests' programs and the collectives that they time. */
import type { Collective } from "../../records/schedule.ts";

export const COLLECTIVES_BY_TEST: Readonly<Record<string, Collective>> = {
  all_reduce: "all-reduce",
  reduce_scatter: "reduce-scatter",
  all_gather: "all-gather",
  alltoall: "all-to-all",
  alltoallv: "uneven-all-to-all",
  broadcast: "broadcast",
  reduce: "reduce",
  gather: "gather",
  scatter: "scatter",
  sendrecv: "send-receive",
};
