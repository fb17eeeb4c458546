/** `doctor`: is this machine fit, and what will be used? Exit 0 if all that matters works. */
import type { Command } from "../command.ts";
import { isOn } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { CATALOG_DATE, VERSION } from "../../base/version.ts";

interface Finding {
  readonly name: string;
  readonly state: "ok" | "note" | "bad";
  readonly detail: string;
}

export const doctor: Command = {
  names: ["doctor"],
  words: ["doctor"],
  describe: "Check Node, the tensor backend, the shipped parts and the output folder",
  examples: ["fabricast doctor"],
  options: { json: JSON_OPTION },
  async handle(flags) {
    const findings = [node(), await backend(), await catalog(), await output(), await timer()];
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify({ version: VERSION, findings }, null, 2)}\n`);
    } else {
      const lines = findings.map(
        ({ state, name, detail }) => `${state.padEnd(5)} ${name.padEnd(16)} ${detail}`,
      );
      process.stdout.write(`fabricast ${VERSION}\n${lines.join("\n")}\n`);
    }
    return findings.some((finding) => finding.state === "bad") ? 74 : 0;
  },
};

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const fine = major > 20 || (major === 20 && minor >= 19);
  const detail = `${process.version}; needs 20.19 or newer`;
  return { name: "Node", state: fine ? "ok" : "bad", detail };
}

async function backend(): Promise<Finding> {
  const { tensorBackend } = await import("../../training/backend.ts");
  const { name, reason } = tensorBackend();
  const detail = `${name}: ${reason}`;
  return { name: "tensor backend", state: name === "native" ? "ok" : "note", detail };
}

async function catalog(): Promise<Finding> {
  const { today } = await import("../../files/clock.ts");
  const { readCluster } = await import("../../files/cluster.ts");
  const cluster = await readCluster("h100-fat-tree-2to1");
  const days = Math.round((Date.parse(today()) - Date.parse(CATALOG_DATE)) / 86_400_000);
  const detail = `parts and prices of ${CATALOG_DATE}, ${days} days old; ${cluster.name} reads`;
  return { name: "catalog", state: days > 180 ? "note" : "ok", detail };
}

async function output(): Promise<Finding> {
  const { isWritable } = await import("../../files/existing.ts");
  const fine = await isWritable("reports/out");
  const detail = fine ? "reports/out can be written" : "reports/out cannot be written here";
  return { name: "output folder", state: fine ? "ok" : "bad", detail };
}

async function timer(): Promise<Finding> {
  const { nowS } = await import("../../files/clock.ts");
  let least = Infinity;
  for (let i = 0; i < 1000; i++) {
    const start = nowS();
    let end = nowS();
    while (end === start) end = nowS();
    least = Math.min(least, end - start);
  }
  return { name: "timer", state: "ok", detail: `steps of ${(least * 1e9).toPrecision(2)} ns` };
}
