/** What each mode of `replay` reads of its target and files. */
import { UsageError } from "../base/errors.ts";
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
