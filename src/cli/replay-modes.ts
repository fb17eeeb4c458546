/** What each mode of `replay` reads of its target and files. */
import { InputError, UsageError } from "../base/errors.ts";
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
  "astra-unaware": (target, { network, system }) =>
    astraReplay("astra-unaware", target, { network, system }),
  "astra-aware": (target, { network, system }) =>
    astraReplay("astra-aware", target, { network, system }),
  calculon,
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
