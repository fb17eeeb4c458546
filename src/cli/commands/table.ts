/** All commands, in the order in which `--help` shows them. */
import type { Command } from "../command.ts";
import { bom } from "./bom.ts";
import { catalog } from "./catalog.ts";
import { accuracy } from "./accuracy.ts";
import { calibrate } from "./calibrate.ts";
import { check } from "./check.ts";
import { collective } from "./collective.ts";
import { compareFabricsCommand } from "./compare-fabrics.ts";
import { cost } from "./cost.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { importCommand } from "./import.ts";
import { init } from "./init.ts";
import { merge } from "./merge.ts";
import { native } from "./native.ts";
import { replay } from "./replay.ts";
import { plan } from "./plan.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { simulate } from "./simulate.ts";
import { solve } from "./solve.ts";
import { sweep } from "./sweep.ts";
import { topology } from "./topology.ts";
import { traffic } from "./traffic.ts";
import { trace } from "./trace.ts";

export const COMMANDS: readonly Command[] = [
  run,
  plan,
  simulate,
  serve,
  solve,
  sweep,
  collective,
  traffic,
  calibrate,
  topology,
  replay,
  compareFabricsCommand,
  native,
  merge,
  trace,
  bom,
  cost,
  catalog,
  accuracy,
  calibrate,
  importCommand,
  report,
  check,
  explain,
  init,
  schema,
  doctor,
];
