/**
 * Fabrics of each family for so many hosts, thin to wide, from parts of the catalog: those
 * from which `compare fabrics` takes the nearest in cost, bisection or ports.
 */
import type { Design } from "../records/cluster.ts";
import { readDesign } from "./cluster.ts";
import type { Setting } from "./settings.ts";

export interface CandidateRequest {
  readonly hostCount: number;
  /** Id of the node's part. */
  readonly node: string;
  readonly perNodeCount: number;
}

/** A line as `--cluster` takes it, with the settings beside it. */
interface Line {
  readonly text: string;
  readonly set?: readonly Setting[];
}

const FAMILIES: Readonly<Record<string, (request: CandidateRequest) => Line[]>> = {
  "fat-tree": (request) => trees(request, "fat tree"),
  rail: (request) => trees(request, "rail fat tree"),
  "rail-only": (request) => trees(request, "rail-only fat tree"),
  torus: tori,
  dragonfly: dragonflies,
  hyperx: hyperxes,
  "slim-fly": (request) => [line(request, "slim fly")],
};

export const CANDIDATE_FAMILIES: readonly string[] = Object.keys(FAMILIES);

/** Those that can be built; sizes that do not fit a family are left out. */
export async function fabricCandidates(
  family: string,
  request: CandidateRequest,
): Promise<Design[]> {
  const designs: Design[] = [];
  for (const { text, set = [] } of FAMILIES[family]?.(request) ?? []) {
    const made = await readDesign(text, { set }).catch(() => undefined);
    if (made !== undefined) designs.push(made);
  }
  return designs;
}

const line = ({ hostCount, node }: CandidateRequest, fabric: string, rate = "400G"): Line => ({
  text: `${hostCount} x ${node}, ${fabric}, ${rate}`,
});

function trees(request: CandidateRequest, name: string): Line[] {
  return [8, 7, 6, 5, 4, 3, 2, 1].map((over) => line(request, `${name} ${over}:1`));
}

/**
 * A node's cards are spread over its directions: of eight cards all, or one for each. One
 * port to a neighbor costs half a cable, as it has two ends.
 */
function tori(request: CandidateRequest): Line[] {
  const { hostCount, perNodeCount } = request;
  return [3, 2].flatMap((dimensions) => {
    const shape = evenShape(hostCount, dimensions).join("x");
    const directions = 2 * dimensions;
    const ports = [...new Set([directions, Math.max(directions, perNodeCount)])];
    return ports.map((portCount): Line => {
      const rate = `${Math.round((400 * portCount) / directions)}G`;
      const settings = {
        "fabric.wrapLengthMin": "1",
        "fabric.cable": "link-400g-host",
        "fabric.cablesPerNode": String(portCount / 2),
      };
      const set = Object.entries(settings).map(([path, value]) => ({ path, value }));
      return { ...line(request, `torus ${shape}`, rate), set };
    });
  });
}

/** Factors as near to each other as there are. */
function evenShape(count: number, dimensions: number): number[] {
  if (dimensions === 1) return [count];
  let side = Math.round(count ** (1 / dimensions));
  while (count % side !== 0) side--;
  return [...evenShape(count / side, dimensions - 1), side];
}

/**
 * Switches of 64 ports: 16 or 8 down, in the group as many cables as down, and out of it from
 * few to all that are left.
 */
function dragonflies(request: CandidateRequest): Line[] {
  const ports = request.hostCount * request.perNodeCount;
  const lines: Line[] = [];
  for (const [a, p] of [
    ...([
      [2, 16],
      [4, 16],
      [8, 16],
      [4, 8],
      [8, 8],
    ] as const),
  ]) {
    const groups = ports / (a * p);
    if (!Number.isInteger(groups) || groups < 2) continue;
    const width = Math.ceil(p / (a - 1));
    for (let perPair = 1; ; perPair = Math.ceil(perPair * 1.3)) {
      const h = Math.ceil((perPair * (groups - 1)) / a);
      if (p + (a - 1) * width + h > 64) break;
      const set = [{ path: "fabric.localLinksPerPair", value: String(width) }];
      lines.push({ ...line(request, `dragonfly ${groups}x${a}x${p}x${h}`), set });
    }
  }
  return lines;
}

/** Switches of 16 ports down on a square, one to four cables to each neighbor. */
function hyperxes(request: CandidateRequest): Line[] {
  const switchCount = Math.ceil((request.hostCount * request.perNodeCount) / 16);
  const shape = evenShape(switchCount, 2).join("x");
  return [1, 2, 3, 4].map((width) => ({
    ...line(request, `hyperx ${shape}`),
    set: [{ path: "fabric.widths", value: `[${width}, ${width}]` }],
  }));
}
