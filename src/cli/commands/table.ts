/** All commands, in the order in which `--help` shows them. */
import type { Command } from "../command.ts";
import { bom } from "./bom.ts";
import { calibrate } from "./calibrate.ts";
import { catalog } from "./catalog.ts";
import { accuracy } from "./accuracy.ts";
import { check } from "./check.ts";
import { collective } from "./collective.ts";
import { cost } from "./cost.ts";
import { doctor } from "./doctor.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { native } from "./native.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { simulate } from "./simulate.ts";
import { solve } from "./solve.ts";
import { topology } from "./topology.ts";
import { traffic } from "./traffic.ts";

export const COMMANDS: readonly Command[] = [
  run,
  simulate,
  solve,
  collective,
  traffic,
  calibrate,
  topology,
  native,
  bom,
  cost,
  catalog,
  accuracy,
  report,
  check,
  explain,
  init,
  schema,
  doctor,
];
