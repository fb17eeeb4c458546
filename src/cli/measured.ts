/** `collective --measured LOG`: what flags add to the header, and the verdict. */
import type { Told } from "../answers/diagnose.ts";
import { printable } from "../base/printable.ts";
import { isOn, text } from "./command.ts";
import { countFlag, flagIssue, quantityFlag } from "./flags.ts";
import type { Options } from "yargs";
import { InputError } from "../base/errors.ts";

export const MEASURED_OPTIONS: Readonly<Record<string, Options>> = {
  measured: {
    type: "string",
    requiresArg: true,
    describe: "is this log of nccl-tests normal? needs no --cluster",
  },
  part: {
    type: "string",
    requiresArg: true,
    describe: "--measured: accelerator, if it is not in the log",
  },
  nodes: { type: "string", requiresArg: true, describe: "--measured: nodes, if not in the log" },
  nic: { type: "string", requiresArg: true, describe: "--measured: rate of one NIC, '400 Gb/s'" },
  nics: { type: "string", requiresArg: true, describe: "--measured: NICs of a node" },
  fabric: {
    type: "string",
    requiresArg: true,
    describe: "--measured: infiniband, roce, efa, efa-v1 or tcp",
  },
};

export async function measuredVerdict(
  path: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { diagnose, FABRICS_S } = await import("../answers/diagnose.ts");
  const { verdictText } = await import("../report/verdict.ts");
  const { collectiveFrom } = await import("../answers/spelling.ts");
  const { readNcclLog } = await import("../files/nccl-log.ts");
  const log = await readNcclLog(path);
  const fabric = text(flags, "fabric");
  if (fabric !== undefined && FABRICS_S[fabric] === undefined) {
    const expected = Object.keys(FABRICS_S).join(", ");
    throw new InputError([flagIssue("--fabric", `"${fabric}"`, expected, "name the nearest one")]);
  }
  const name = text(flags, "name");
  const nic = text(flags, "nic");
  const part = text(flags, "part");
  const told: Told = {
    ...(name === undefined ? {} : { collective: collectiveFrom(name) }),
    ...count(flags, "ranks", "rankCount"),
    ...count(flags, "nodes", "nodeCount"),
    ...count(flags, "nics", "nicCount"),
    ...(nic === undefined ? {} : { nicBytesPerS: await quantityFlag("--nic", nic, "dataRate") }),
    ...(part === undefined ? {} : { part }),
    ...(fabric === undefined ? {} : { fabric }),
  };
  const verdict = diagnose(log, told);
  const words = isOn(flags, "json") ? [JSON.stringify(verdict, null, 1)] : verdictText(verdict);
  process.stdout.write(`${words.map(printable).join("\n")}\n`);
  return verdict.faults.length > 0 || verdict.ranges.some((one) => one.verdict === "slow") ? 1 : 0;
}

function count(
  flags: Readonly<Record<string, unknown>>,
  flag: string,
  key: "rankCount" | "nodeCount" | "nicCount",
): Partial<Record<typeof key, number>> {
  const value = text(flags, flag);
  return value === undefined ? {} : { [key]: countFlag(`--${flag}`, value) };
}
