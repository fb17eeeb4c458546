/**
 * `calibrate`: the endpoint's and the links' constants of a cluster, fitted to logs of
 * nccl-tests by simulating each of their rows.
 *
 * Fitted are the start of a collective, the time of a message in the node and between nodes,
 * and the shares of the links' rates that a library reaches; those that no log touches stay
 * as they are. Cross-validated by leaving out every other size, and one log at a time.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { collectiveTime } from "../network/collective-time.ts";
import { buildGraph } from "../network/topology/build.ts";
import type { Cluster, Endpoint, Fabric, LinkSpec } from "../records/cluster.ts";
import type { MeasuredLog } from "../records/measured-log.ts";
import type { Collective } from "../records/schedule.ts";
import type { Sourced } from "../records/sourced.ts";

export interface Constants {
  readonly collectiveStartS: number;
  readonly scaleUpMessageS: number;
  readonly scaleOutMessageS: number;
  /** Shares of the rates that the cluster states. */
  readonly scaleUpShare: number;
  readonly linkShare: number;
}

export interface Residual {
  readonly file: string;
  readonly sizeBytes: number;
  readonly measuredS: number;
  readonly modeledS: number;
  readonly algorithm: string;
}

export interface Calibration {
  readonly constants: Constants;
  readonly residuals: readonly Residual[];
  readonly fittedErrorShare: number;
  /** Errors on rows that the fit had not seen. */
  readonly leftOut: readonly { readonly by: string; readonly errorShare: number }[];
  /** Settings for `collective --overlay`. */
  readonly set: Readonly<Record<string, string>>;
}

interface Point {
  readonly file: string;
  readonly collective: Collective;
  readonly rankCount: number;
  readonly sizeBytes: number;
  readonly measuredS: number;
}

/** A log has up to thirty sizes; so many say as much. */
const POINTS_A_LOG = 12;
const PULL = 0.01;
const START: Constants = {
  collectiveStartS: 5e-6,
  scaleUpMessageS: 1e-6,
  scaleOutMessageS: 5e-6,
  scaleUpShare: 0.8,
  linkShare: 0.9,
};

export function calibrate(
  cluster: Cluster,
  logs: readonly MeasuredLog[],
  algorithm = "auto",
): Calibration {
  const points = logs.flatMap((log) => pointsOf(log));
  const names = touched(cluster, points);
  const constants = fitted(cluster, points, names, algorithm);
  const residuals = residualsOf(cluster, points, constants, algorithm);
  const leave = (by: string, groupOf: (point: Point, i: number) => string) => {
    const groups = [...new Set(points.map(groupOf))];
    if (groups.length < 2) return [];
    const errors = groups.flatMap((group) => {
      const kept = points.filter((point, i) => groupOf(point, i) !== group);
      const out = points.filter((point, i) => groupOf(point, i) === group);
      const found = fitted(cluster, kept, names, algorithm);
      return residualsOf(cluster, out, found, algorithm).map(logError);
    });
    return [{ by, errorShare: mean(errors) }];
  };
  return {
    constants,
    residuals,
    fittedErrorShare: mean(residuals.map(logError)),
    leftOut: [
      ...leave("every other size", (_, i) => String(i % 2)),
      ...leave("one log", (point) => point.file),
    ],
    set: settingsOf(cluster, constants, names),
  };
}

/** What the log must say, each missing thing named. */
function pointsOf(log: MeasuredLog): Point[] {
  const { collective, rankCount, file, rows } = log;
  if (collective === undefined || rankCount === undefined) {
    throw new Refusal({
      code: "incomplete-log",
      pointer: "",
      found: `${file}, which does not say its ${collective === undefined ? "collective" : "ranks"}`,
      expected: "the header of nccl-tests: the program's name and a line for each device",
      nextStep: "keep the header of the log, or name it with --collective and --ranks",
    });
  }
  const step = Math.max(1, rows.length / POINTS_A_LOG);
  const kept = rows.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  return kept.map(({ sizeBytes, timeS }) => ({
    ...{ file, collective, rankCount, sizeBytes, measuredS: timeS },
  }));
}

/** Constants that some row depends on. */
function touched(cluster: Cluster, points: readonly Point[]): (keyof Constants)[] {
  const perNode = cluster.node.acceleratorCount;
  const isInside = points.some(({ rankCount }) => rankCount > 1) && perNode > 1;
  const isAcross = points.some(({ rankCount }) => rankCount > perNode);
  return [
    "collectiveStartS",
    ...(isInside ? (["scaleUpMessageS", "scaleUpShare"] as const) : []),
    ...(isAcross ? (["scaleOutMessageS", "linkShare"] as const) : []),
  ];
}

/** Coordinate search on the soft L1 of log errors. */
function fitted(
  cluster: Cluster,
  points: readonly Point[],
  names: readonly (keyof Constants)[],
  algorithm: string,
): Constants {
  // Logs of one group size cannot tell the start from the messages: a weak pull decides.
  const pull = (constants: Constants): number =>
    names.reduce((sum, name) => sum + PULL * Math.log(constants[name] / START[name]) ** 2, 0);
  const lossOf = (constants: Constants): number =>
    residualsOf(cluster, points, constants, algorithm).reduce(
      (sum, residual) => sum + Math.sqrt(1 + (logError(residual) / 0.05) ** 2) - 1,
      pull(constants),
    );
  let best = START;
  let least = lossOf(best);
  for (let stride = 0.5; stride >= 0.004;) {
    let isBetter = false;
    for (const next of neighbors(best, names, 1 + stride)) {
      const found = lossOf(next);
      if (found >= least - 1e-9) continue;
      [best, least, isBetter] = [next, found, true];
      break;
    }
    if (!isBetter) stride /= 2;
  }
  return best;
}

/** One constant up or down, or one up and another down: the start and a message are alike. */
function neighbors(
  from: Constants,
  names: readonly (keyof Constants)[],
  factor: number,
): Constants[] {
  const moved = (up: keyof Constants, down?: keyof Constants): Constants => {
    const raised = { ...from, [up]: from[up] * factor };
    return down === undefined ? raised : { ...raised, [down]: from[down] / factor };
  };
  return names.flatMap((one) => [
    moved(one),
    { ...from, [one]: from[one] / factor },
    ...names.filter((other) => other !== one).map((other) => moved(one, other)),
  ]);
}

function residualsOf(
  cluster: Cluster,
  points: readonly Point[],
  constants: Constants,
  algorithm: string,
): Residual[] {
  const changed = calibratedCluster(cluster, constants);
  const graphs = new Map<number, ReturnType<typeof buildGraph>>();
  return points.map(({ file, collective, rankCount, sizeBytes, measuredS }) => {
    const graph = graphs.get(rankCount) ?? buildGraph(changed, rankCount);
    graphs.set(rankCount, graph);
    const time = collectiveTime(graph, { collective, algorithm, sizeBytes });
    const modeledS = time.timeline.durationS;
    return { file, sizeBytes, measuredS, modeledS, algorithm: time.algorithm };
  });
}

export function calibratedCluster(cluster: Cluster, constants: Constants): Cluster {
  const value = (seconds: number): Sourced => ({
    ...{ value: seconds, source: "fitted to logs", date: "", provenance: "assumed" },
  });
  const endpoint: Endpoint = {
    scaleUpMessageS: value(constants.scaleUpMessageS),
    scaleOutMessageS: value(constants.scaleOutMessageS),
    collectiveStartS: value(constants.collectiveStartS),
  };
  const scaled = (link: LinkSpec, share: number): LinkSpec => {
    const { rateBytesPerS } = link;
    return { ...link, rateBytesPerS: { ...rateBytesPerS, value: rateBytesPerS.value * share } };
  };
  const { node } = cluster;
  const fabric: Fabric = {
    ...cluster.fabric,
    link: scaled(cluster.fabric.link, constants.linkShare),
  };
  if (node.scaleUp === undefined) return { ...cluster, fabric, endpoint };
  const scaleUp = scaled(node.scaleUp, constants.scaleUpShare);
  return { ...cluster, fabric, endpoint, node: { ...node, scaleUp } };
}

/** As `--set` takes them; a rate as the share of what the cluster states. */
function settingsOf(
  cluster: Cluster,
  constants: Constants,
  names: readonly (keyof Constants)[],
): Record<string, string> {
  const { endpoint, fabric, node } = calibratedCluster(cluster, constants);
  const us = (seconds: number): string => `${Number((seconds * 1e6).toPrecision(6))} us`;
  const rate = (link: LinkSpec): string =>
    `${Number((link.rateBytesPerS.value / 1e9).toPrecision(6))} GB/s`;
  const all: Readonly<Record<keyof Constants, readonly [string, string]>> = {
    collectiveStartS: ["endpoint.collectiveStart", us(endpoint.collectiveStartS.value)],
    scaleUpMessageS: ["endpoint.scaleUpMessage", us(endpoint.scaleUpMessageS.value)],
    scaleOutMessageS: ["endpoint.scaleOutMessage", us(endpoint.scaleOutMessageS.value)],
    scaleUpShare: ["node.scaleUp.rate", node.scaleUp === undefined ? "" : rate(node.scaleUp)],
    linkShare: ["fabric.link.rate", rate(fabric.link)],
  };
  return Object.fromEntries(names.map((name) => all[name]));
}

const logError = ({ modeledS, measuredS }: Residual): number =>
  Math.abs(Math.log(modeledS / measuredS));

function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.reduce((sum, one) => sum + one, 0) / at([values.length], 0);
}
