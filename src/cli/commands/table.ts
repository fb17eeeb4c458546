/** All commands, in the order in which `--help` shows them. */
import type { Command } from "../command.ts";
import { accuracy } from "./accuracy.ts";
import { bom } from "./bom.ts";
import { boxes } from "./boxes.ts";
import { cables } from "./cables.ts";
import { calibrate } from "./calibrate.ts";
import { catalog } from "./catalog.ts";
import { check } from "./check.ts";
import { collective } from "./collective.ts";
import { compare } from "./compare.ts";
import { completionOf } from "./completion.ts";
import { config } from "./config.ts";
import { cost } from "./cost.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { goodput } from "./goodput.ts";
import { importCommand } from "./import.ts";
import { init } from "./init.ts";
import { merge } from "./merge.ts";
import { native } from "./native.ts";
import { plan } from "./plan.ts";
import { replay } from "./replay.ts";
import { report } from "./report.ts";
import { reproduce } from "./reproduce.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { serve } from "./serve.ts";
import { simulate } from "./simulate.ts";
import { solve } from "./solve.ts";
import { sweep } from "./sweep.ts";
import { topology } from "./topology.ts";
import { trace } from "./trace.ts";
import { traffic } from "./traffic.ts";

export const COMMANDS: readonly Command[] = [
  run,
  plan,
  simulate,
  serve,
  compare,
  solve,
  sweep,
  merge,
  collective,
  traffic,
  calibrate,
  topology,
  replay,
  native,
  trace,
  bom,
  boxes,
  cables,
  cost,
  goodput,
  catalog,
  accuracy,
  importCommand,
  exportCommand,
  report,
  reproduce,
  check,
  explain,
  init,
  schema,
  config,
  completionOf(() => COMMANDS),
  doctor,
];
