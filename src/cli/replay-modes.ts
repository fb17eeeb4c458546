/** What each mode of `replay` reads of its target and files. */
import { InputError, UsageError } from "../base/errors.ts";
import type { SimaiMachine } from "../records/simai.ts";
import type { SimgridSettings } from "../records/simgrid.ts";
import { flagIssue } from "./flags.ts";
import { astraReplay, goalReplay } from "./replays.ts";

/** Files and settings by the name of their flag. */
export type ReplayFlags = Readonly<Record<string, string | undefined>>;

interface Told {
  readonly words: readonly string[];
}

type Mode = (target: string, flags: ReplayFlags) => Promise<Told>;

export const replayModes: Readonly<Record<string, Mode>> = {
  loggops: (target, { loggops }) => goalReplay(target, loggops),
  "astra-unaware": (target, { network, system, queues }) =>
    astraReplay("astra-unaware", target, { network, system, queues }),
  "astra-aware": (target, { network, system, queues }) =>
    astraReplay("astra-aware", target, { network, system, queues }),
  calculon,
  "simai-analytical": simai,
  "simgrid-cm02": (target, flags) => simgrid("simgrid-cm02", target, flags),
  "simgrid-lv08": (target, flags) => simgrid("simgrid-lv08", target, flags),
};

async function calculon(target: string, { execution, system }: ReplayFlags): Promise<Told> {
  if (execution === undefined) throw new UsageError("calculon needs --execution FILE");
  if (system === undefined) throw new UsageError("calculon needs --system FILE");
  const files = await import("../files/formats/calculon.ts");
  const { replayCalculon } = await import("../answers/replay-calculon.ts");
  return replayCalculon(
    await files.readCalculonApplication(target),
    await files.readCalculonExecution(execution),
    await files.readCalculonSystem(system),
  );
}

async function simgrid(
  mode: "simgrid-cm02" | "simgrid-lv08",
  target: string,
  { platform, simgrid: given }: ReplayFlags,
): Promise<Told> {
  if (platform === undefined) throw new UsageError(`${mode} needs --platform FILE`);
  const files = await import("../files/formats/simgrid-messages.ts");
  const { readSimgridPlatform } = await import("../files/formats/simgrid-platform.ts");
  const { replaySimgrid } = await import("../answers/replay-simgrid.ts");
  const read = await readSimgridPlatform(platform);
  const messages = files.isMessageWords(target)
    ? files.parseMessageWords(target, read.hosts)
    : await files.readMessages(target, read.hosts);
  return replaySimgrid(mode, read, messages, simgridSettings(given ?? ""));
}

/** SimGrid's names of its settings, without "network/". */
const SETTINGS = {
  "latency-factor": "latencyFactor",
  "bandwidth-factor": "bandwidthFactor",
  "weight-S": "weightBytes",
  "TCP-gamma": "windowBytes",
} as const;

function simgridSettings(words: string): Partial<SimgridSettings> {
  const settings: { -readonly [K in keyof SimgridSettings]?: SimgridSettings[K] } = {};
  const wrong: string[] = [];
  for (const word of words.split(",").filter((one) => one !== "")) {
    const [, name = "", value = ""] = /^([\w-]+)=(\d+(?:\.\d+)?)$/.exec(word.trim()) ?? [];
    const key = Object.entries(SETTINGS).find(([known]) => known === name)?.[1];
    if (name === "crosstraffic" && /^[01]$/.test(value)) settings.isCrossed = value === "1";
    else if (key === undefined) wrong.push(word);
    else settings[key] = Number(value);
  }
  if (wrong.length === 0) return settings;
  const expected = "latency-factor, bandwidth-factor, weight-S, TCP-gamma or crosstraffic, as a=1";
  throw new InputError(
    wrong.map((word) => flagIssue("--simgrid", `"${word}"`, expected, "correct --simgrid")),
  );
}

async function simai(target: string, { simai: given }: ReplayFlags): Promise<Told> {
  const { readSimaiWorkload } = await import("../files/formats/simai-analytical.ts");
  const { replaySimai } = await import("../answers/replay-simai.ts");
  return replaySimai(await readSimaiWorkload(target), simaiMachine(given ?? ""));
}

/** GB/s a NIC and NVLink links and rates of accelerators, as SimAI has them (calbusbw.h). */
const NICS: ReadonlyMap<string, number> = new Map([
  ["cx6", 23.5],
  ["cx7", 48.5],
  ["bf3", 48.5],
]);
const NVLINKS: ReadonlyMap<string, number> = new Map([
  ["h100", 20.6 * 18],
  ["h20", 20.6 * 18],
  ["h800", 20.6 * 8],
  ["a100", 20 * 12],
  ["a800", 20 * 8],
]);

/** The flags of its command line, without the dash. */
function simaiMachine(words: string): Partial<SimaiMachine> {
  const machine: { -readonly [K in keyof SimaiMachine]?: SimaiMachine[K] } = {};
  const overlaps = { TP: 0, EP: 0, DP: 0, PP: 1 };
  const wrong: string[] = [];
  for (const word of words.split(",").filter((one) => one !== "")) {
    const [name = "", text = ""] = word.trim().split("=");
    const value = Number(text);
    const isCount = Number.isSafeInteger(value) && value > 0;
    const [, group] = /^(tp|ep|dp|pp)_o$/.exec(name) ?? [];
    const nic = name === "nic_t" ? NICS.get(text.toLowerCase()) : undefined;
    const nvlink = name === "g_type" ? NVLINKS.get(text.toLowerCase()) : undefined;
    if (name === "g" && isCount) machine.rankCount = value;
    else if (name === "g_p_s" && isCount) machine.ranksPerServer = value;
    else if (name === "n_p_s" && isCount) machine.nicsPerServer = value;
    else if (name === "nv" && value > 0) machine.nvlinkGibPerS = value;
    else if (name === "nic" && value > 0) machine.nicGibPerS = value;
    else if (nic !== undefined) machine.nicGibPerS = nic;
    else if (nvlink !== undefined) machine.nvlinkGibPerS = nvlink;
    else if (group !== undefined && text !== "" && value >= 0 && value <= 1) {
      overlaps[group.toUpperCase() as keyof typeof overlaps] = value;
    } else wrong.push(word);
  }
  if (overlaps.PP === 0) wrong.push("pp_o=0");
  if (wrong.length === 0) return { ...machine, overlaps };
  const expected = "g, g_p_s, n_p_s, nv, nic, g_type, nic_t, tp_o, ep_o, dp_o, pp_o, as nv=360";
  throw new InputError(
    wrong.map((word) => flagIssue("--simai", `"${word}"`, expected, "correct --simai")),
  );
}
