/** A profile of one of two ranks: three kernels, a copy, and two collectives, one hidden. */

const event = (cat: string, name: string, ts: number, dur: number, args: object = {}) => ({
  ...{ ph: "X", cat, name, pid: 0, tid: 7, ts, dur, args },
});

export const call = (collective: string, elements: number, outElements = elements) => ({
  "Collective name": collective,
  "In msg nelems": elements,
  "Out msg nelems": outElements,
  "Group size": 2,
  dtype: "BFloat16",
  "Process Group Name": "0",
  "Process Group Ranks": "[0, 1]",
});

/** Microseconds: kernels 0–100, 100–250 and 300–350; collectives 50–200 and 250–300. */
export function sampleEvents(late = 0): object[] {
  return [
    { ph: "M", name: "process_name", pid: 0, args: { name: "python" } },
    event("cpu_op", 'aten::mm "quoted" {', 0, 90, { Shapes: "[[1, 2], [2, 3]]" }),
    event("kernel", "gemm_a", 0 + late, 100),
    event("kernel", "ncclDevKernel_AllReduce", 50 + late, 150, call("allreduce", 2 ** 20)),
    event("kernel", "gemm_b", 100 + late, 150.5),
    event("gpu_memcpy", "Memcpy DtoD", 200 + late, 10),
    event(
      "kernel",
      "ncclDevKernel_AllGather",
      250.5 + late,
      50,
      call("_allgather_base", 512, 1024),
    ),
    event("kernel", "gemm_c", 300.5 + late, 50),
  ];
}

export function sampleProfile(
  rank: number,
  events: readonly object[] = sampleEvents(rank),
): string {
  const pg = { pg_name: "0", pg_desc: "default_pg", ranks: [0, 1] };
  const distributedInfo = { backend: "nccl", rank, world_size: 2, pg_config: [pg] };
  const lines = events.map((one) => JSON.stringify(one)).join(",\n    ");
  const head = `"schemaVersion": 1, "distributedInfo": ${JSON.stringify(distributedInfo)}`;
  return `{\n  ${head},\n  "traceEvents": [\n    ${lines}\n  ],\n  "traceName": "step"\n}\n`;
}
