/** The fabric of a one-line cluster, as the data of a cluster file. */
import type { Place } from "./issue.ts";
import { refuse, shown } from "./issue.ts";

export interface ShortSizes {
  readonly nodeCount: number;
  readonly perNodeCount: number;
  /** Ports of a switch. */
  readonly radix: number;
  readonly switchId?: string;
  readonly link: unknown;
  readonly uplink: unknown;
}

interface Words {
  readonly text: string;
  readonly place: Place;
}

const FORMS: readonly (readonly [RegExp, (found: RegExpExecArray, to: Making) => object])[] = [
  [/^(?:(rail|rail-only|[248]-plane) )?(?:fat[ -]tree|clos)(?: ([0-9]+):([0-9]+))?$/, fatTree],
  [/^(torus|mesh) ([0-9x×]+)$/, torus],
  [/^dragonfly(?: ([0-9x×]+))?$/, dragonfly],
  [/^hyperx ([0-9x×]+)$/, hyperx],
  [/^slim[ -]fly(?: ([0-9]+))?$/, slimFly],
  [/^(?:one )?switch$/, oneSwitch],
];

interface Making extends ShortSizes {
  readonly words: Words;
}

export function shortFabric(words: Words, sizes: ShortSizes): object {
  const text = words.text.toLowerCase().replaceAll(/\s+/g, " ");
  for (const [form, make] of FORMS) {
    const found = form.exec(text);
    if (found !== null) return make(found, { ...sizes, words });
  }
  return refuseForm(words, shown(words.text), "see `fabricast topology --help`");
}

function refuseForm({ place }: Words, found: string, nextStep: string, expected?: string): never {
  return refuse(place, {
    code: "bad-short-form",
    found,
    expected:
      expected ??
      "fat tree 2:1 (or rail, rail-only, 2-plane before it), torus 8x8x8, mesh 4x4, dragonfly, " +
        "dragonfly 33x8x4x4 (groups, switches, hosts, global links), hyperx 8x8, slim fly, switch",
    nextStep,
  });
}

const portsOf = ({ nodeCount, perNodeCount }: Making): number => nodeCount * perNodeCount;

/** Up and down in the ratio asked for; down a multiple of the accelerators of a node. */
function fatTree(found: RegExpExecArray, to: Making): object {
  const [, kind = "", over = "1", under = "1"] = found;
  const { radix, switchId, link, uplink, perNodeCount, words } = to;
  const [a, b] = [Number(over), Number(under)];
  const planeCount = kind.endsWith("-plane") ? Number(kind[0]) : 1;
  const ports = radix * planeCount;
  if (a < 1 || b < 1 || a + b > ports) {
    return refuseForm(words, `${over}:${under}`, "write 1:1 or 2:1", "ports down : ports up");
  }
  const isRail = kind.startsWith("rail");
  // Uplinks in fours spread evenly over two or four spines.
  const step = isRail ? 1 : perNodeCount;
  let unit = Math.floor(ports / (a + b));
  const isNice = (n: number): boolean => (a * n) % step === 0 && (b * n) % 4 === 0;
  while (unit > 1 && !isNice(unit)) unit--;
  const [down, up] = [a * unit, b * unit];
  const portCount = portsOf(to);
  const groups = isRail ? Math.ceil(portCount / perNodeCount / down) : Math.ceil(portCount / down);
  const leafCount = kind === "rail" ? groups * perNodeCount : groups;
  return {
    kind: "fat-tree",
    ports: portCount,
    portsPerLeaf: down,
    uplinksPerLeaf: up,
    spineRadix: ports,
    ...(kind === "rail" ? { rails: true } : {}),
    ...(kind === "rail-only" ? { railOnly: true } : {}),
    ...(planeCount > 1 ? { planes: planeCount } : {}),
    ...(leafCount > ports && kind !== "rail-only" ? { core: coreOf(to, ports) } : {}),
    size: "whole",
    ...{ link, uplink, cable: uplink },
    ...(switchId === undefined || planeCount > 1
      ? { switchLatency: SWITCH_LATENCY }
      : { leafSwitch: switchId, spineSwitch: switchId }),
  };
}

const SWITCH_LATENCY = {
  value: "150 ns",
  source: "as of the QM9700 (router-switch.com)",
  date: "2025",
  provenance: "assumed",
};

function coreOf({ switchId, uplink }: Making, ports: number): object {
  const half = Math.floor(ports / 2);
  return {
    ...{ leavesPerPod: half, uplinksPerSpine: half, coreRadix: ports, link: uplink },
    ...(switchId === undefined ? {} : { coreSwitch: switchId }),
  };
}

const numbersOf = (text: string): number[] => text.split(/[x×]/).map(Number);

function torus([, kind, text = ""]: RegExpExecArray, to: Making): object {
  const shape = numbersOf(text);
  const nodeCount = shape.reduce((a, b) => a * b, 1);
  if (shape.length > 6 || shape.includes(0) || nodeCount !== to.nodeCount) {
    const found = `${text} = ${nodeCount} nodes`;
    const expected = `a shape of the ${to.nodeCount} nodes named before it, in up to 6 dimensions`;
    return refuseForm(to.words, found, `change one of the two`, expected);
  }
  // Without a word on it, a dimension of 1 or 2 would leave open what closing it means.
  const wrap = kind === "mesh" ? { wrapLengthMin: 4096 } : wrapOf(shape);
  return { kind: "torus", shapes: [shape], ...wrap, link: to.link, cable: to.uplink };
}

const wrapOf = (shape: readonly number[]): object =>
  shape.some((size) => size <= 2) ? {} : { wrapLengthMin: 1 };

function direct(to: Making): object {
  const { switchId, link, uplink } = to;
  return {
    ...{ link, localLink: uplink, cable: uplink },
    ...(switchId === undefined ? { switchLatency: SWITCH_LATENCY } : { switch: switchId }),
  };
}

/** Balanced: a = 2p = 2h, as small as holds the ports (Kim et al. 2008). */
function dragonfly([, text]: RegExpExecArray, to: Making): object {
  const ports = portsOf(to);
  const made = (g: number, a: number, p: number, h: number): object => ({
    ...{ kind: "dragonfly", groups: g, switchesPerGroup: a, hostsPerSwitch: p },
    ...{ globalLinksPerSwitch: h, ...direct(to), globalLink: to.uplink },
  });
  if (text !== undefined) {
    const [g = 0, a = 0, p = 0, h = 0, ...more] = numbersOf(text);
    if (more.length === 0 && h > 0 && g * a * p === ports) return made(g, a, p, h);
    const found = `${text}: ${g * a * p} ports`;
    const expected = `groups x switches x hosts x global links, with ${ports} ports`;
    return refuseForm(to.words, found, "leave the numbers out for a balanced one", expected);
  }
  for (let p = 1; p + 2 * p - 1 + p <= to.radix; p++) {
    const groups = Math.ceil(ports / (2 * p * p));
    if (groups <= 2 * p * p + 1) return made(groups, 2 * p, p, p);
  }
  const found = `${ports} ports on switches of ${to.radix}`;
  return refuseForm(to.words, found, "take larger switches or fewer nodes", "fewer ports");
}

/** As many hosts a switch as the nodes need. */
function hyperx([, text = ""]: RegExpExecArray, to: Making): object {
  const shape = numbersOf(text);
  const switchCount = shape.reduce((a, b) => a * b, 1);
  if (switchCount === 0 || shape.length > 6) {
    return refuseForm(to.words, text, "write hyperx 8x8", "switches per dimension, each above 0");
  }
  const hostsPerSwitch = Math.ceil(portsOf(to) / switchCount);
  return { kind: "hyperx", shape, hostsPerSwitch, ...direct(to) };
}

/** Of the sizes that fit, the smallest q; half as many hosts a switch as cables to others. */
function slimFly([, text]: RegExpExecArray, to: Making): object {
  const ports = portsOf(to);
  const sizes = text === undefined ? SLIM_FLY_SIZES : [Number(text)];
  for (const q of sizes) {
    const hostsPerSwitch = Math.ceil(ports / (2 * q * q));
    const isFit = hostsPerSwitch <= Math.ceil((3 * q + 1) / 4);
    if (isFit || text !== undefined) {
      return { kind: "slim-fly", q, hostsPerSwitch, ...direct(to) };
    }
  }
  return refuseForm(to.words, `${ports} ports`, "take fewer nodes", "at most what q = 43 holds");
}

const SLIM_FLY_SIZES = [3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 19, 23, 25, 27, 29, 31, 32, 37, 41, 43];

function oneSwitch(_found: RegExpExecArray, to: Making): object {
  const { switchId, link, nodeCount } = to;
  return {
    ...{ kind: "switch", hosts: nodeCount, link, cable: link },
    ...(switchId === undefined ? { switchLatency: SWITCH_LATENCY } : { switch: switchId }),
  };
}
