/** Messages over a platform by SimGrid's models, marked as such. */
import { fixed } from "../base/format.ts";
import { at } from "../base/assert.ts";
import type { SimgridMessage, SimgridPlatform, SimgridSettings } from "../records/simgrid.ts";
import type { SimgridModel } from "../network/compat/simgrid.ts";
import { SIMGRID_MODELS, simgridArrivalsS } from "../network/compat/simgrid.ts";

export interface SimgridReplayed {
  readonly compat: SimgridModel;
  readonly totalS: number;
  readonly arrivalsS: readonly number[];
  readonly settings: SimgridSettings;
  /** For the terminal. */
  readonly words: readonly string[];
}

const MOST_LISTED = 32;

/** `given` goes before what the platform's file sets, that before the model's own. */
export function replaySimgrid(
  compat: SimgridModel,
  platform: SimgridPlatform,
  messages: readonly SimgridMessage[],
  given: Partial<SimgridSettings>,
): SimgridReplayed {
  const settings = { ...SIMGRID_MODELS[compat], ...platform.settings, ...given };
  const arrivalsS = simgridArrivalsS(platform, messages, settings);
  const totalS = arrivalsS.reduce((most, time) => Math.max(most, time), 0);
  const { latencyFactor, bandwidthFactor, weightBytes, windowBytes, isCrossed } = settings;
  const words = [
    `${fixed(messages.length)} messages, by SimGrid's rules (${compat})`,
    ...messages.slice(0, MOST_LISTED).map(({ sourceIndex, targetIndex, sizeBytes }, i) => {
      const ends = `${at(platform.hosts, sourceIndex)} to ${at(platform.hosts, targetIndex)}`;
      return `  ${ends}, ${fixed(sizeBytes)} bytes: ${fixed(at(arrivalsS, i), 6)} s`;
    }),
    ...(messages.length > MOST_LISTED ? [`  … ${messages.length - MOST_LISTED} more`] : []),
    `the last arrives at ${fixed(totalS, 6)} s`,
    `Latencies count ${latencyFactor} times, rates ${bandwidthFactor}; weight-S ${weightBytes}, ` +
      `TCP-gamma ${windowBytes} bytes, cross-traffic ${isCrossed ? "on" : "off"}: TCP's ways, ` +
      "not those of RDMA fabrics.",
  ];
  return { compat, totalS, arrivalsS, settings, words };
}
