/**
 * A quote against the bill: by manufacturer part number, what is missing, too much, or does not
 * fit. Twin-port rule: a cage of an NDR or XDR switch takes one module for two ports, so a quote
 * with a module for every port has twice what fits. Modules with fins (-NS, -NM) are for
 * switches; NICs take flat ones (-NS400). Sources: NVIDIA's networking documents of these parts.
 */
import { exactSum } from "../base/sum.ts";
import type { MaterialBill, MaterialClass } from "../records/material.ts";
import type { QuoteAnswer, QuoteFinding, QuoteLine } from "../records/quote.ts";

interface KnownPart {
  readonly pattern: RegExp;
  readonly name: string;
  /** Lines of the bill it can serve; the first one is meant. */
  readonly classes: readonly MaterialClass[];
  /** The part of the bill it must be; absent: any of the class. */
  readonly partId?: string;
  readonly gbitPerS?: number;
  readonly medium?: "multimode" | "single-mode" | "copper";
  readonly reachM?: number;
}

const SWITCH: readonly MaterialClass[] = ["leaf switch", "spine switch", "core switch"];
const CABLES: readonly MaterialClass[] = [
  "host-leaf cable",
  "leaf-spine cable",
  "spine-core cable",
];

const optic = (
  pattern: RegExp,
  name: string,
  at: MaterialClass,
  [gbitPerS, medium, reachM]: readonly [number, NonNullable<KnownPart["medium"]>, number],
): KnownPart => ({ pattern, name, classes: [at], gbitPerS, medium, reachM });

/** Narrower numbers first: -NS400 begins like -NS. */
const PARTS: readonly KnownPart[] = [
  { pattern: /^(?:MQM|QM)97[09]0/, name: "Quantum-2 switch", classes: SWITCH, partId: "qm9700" },
  { pattern: /^Q3400/, name: "Quantum-X800 switch", classes: SWITCH, partId: "q3400" },
  { pattern: /^(?:M?SN)56[01]0/, name: "Spectrum-4 switch", classes: SWITCH, partId: "sn5600" },
  { pattern: /^M?SN2201/, name: "management switch", classes: ["management switch"] },
  { pattern: /^MCX7531/, name: "ConnectX-7", classes: ["nic"], partId: "connectx-7" },
  { pattern: /^(?:C8180|900-9X81)/, name: "ConnectX-8", classes: ["nic"], partId: "connectx-8" },
  { pattern: /^DGXH-?100|^DGX-H100/, name: "DGX H100", classes: ["node"], partId: "dgx-h100" },
  { pattern: /^DGXH-?200|^DGX-H200/, name: "DGX H200", classes: ["node"], partId: "dgx-h200" },
  { pattern: /^DGXB-?200|^DGX-B200/, name: "DGX B200", classes: ["node"], partId: "dgx-b200" },
  optic(/^MMA[14]Z00-NS400/, "400G SR4, flat", "node transceiver", [400, "multimode", 50]),
  optic(/^MMA4Z00-NS/, "800G twin SR4, finned", "switch transceiver", [800, "multimode", 50]),
  optic(/^MMS4X00-NS400/, "400G DR4, flat", "node transceiver", [400, "single-mode", 100]),
  optic(/^MMS4X00-NM/, "800G twin DR4, finned", "switch transceiver", [800, "single-mode", 500]),
  optic(/^MMS4X00-NS/, "800G twin DR4, finned", "switch transceiver", [800, "single-mode", 100]),
  optic(/^MMS4X50/, "800G twin FR4, finned", "switch transceiver", [800, "single-mode", 2000]),
  { pattern: /^MFP7E/, name: "MPO fiber", classes: CABLES },
];

const partOf = ({ partNumber }: QuoteLine): KnownPart | undefined => {
  const number = partNumber.toUpperCase().replace(/\s+/g, "");
  return PARTS.find(({ pattern }) => pattern.test(number));
};

export function againstQuote(bill: MaterialBill, quote: readonly QuoteLine[]): QuoteAnswer {
  const findings: QuoteFinding[] = [];
  const served = new Map<string, { quoted: number; lines: QuoteLine[] }>();
  const wrongLight = mixedMedia(quote);
  findings.push(...wrongLight.map(({ finding }) => finding));
  for (const line of quote) {
    if (wrongLight.some((mixed) => mixed.line === line)) continue;
    const part = partOf(line);
    if (part === undefined) {
      findings.push(unknown(line));
      continue;
    }
    const wrong = misfit(bill, part);
    if (wrong !== undefined) {
      findings.push(lineFinding("incompatible", line, 0, wrong));
      continue;
    }
    const key = part.classes.join("+");
    const group = served.get(key) ?? { quoted: 0, lines: [] };
    served.set(key, { quoted: group.quoted + line.count, lines: [...group.lines, line] });
  }
  for (const classes of [SWITCH, ["management switch"], ["nic"], ["node"], ...OPTICS, CABLES]) {
    findings.push(...counted(bill, classes as readonly MaterialClass[], served));
  }
  const of = (kind: QuoteFinding["kind"]): number[] =>
    findings.flatMap((one) => (one.kind === kind ? [one.totalUsd ?? 0] : []));
  return {
    clusterId: bill.clusterId,
    findings: findings.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)),
    quotedUsd: exactSum(quote.map(({ count, unitUsd = 0 }) => count * unitUsd)),
    surplusUsd: exactSum([...of("surplus"), ...of("incompatible")]),
  };
}

const OPTICS: readonly (readonly MaterialClass[])[] = [
  ["node transceiver"],
  ["switch transceiver"],
];
const ORDER = ["incompatible", "missing", "surplus", "not modeled", "agrees"];

function lineFinding(
  kind: QuoteFinding["kind"],
  { partNumber, count, unitUsd }: QuoteLine,
  neededCount: number,
  why: string,
): QuoteFinding {
  const head = { kind, partNumber, neededCount, quotedCount: count, why };
  return unitUsd === undefined ? head : { ...head, totalUsd: count * unitUsd };
}

const unknown = (line: QuoteLine): QuoteFinding =>
  lineFinding("not modeled", line, 0, "quoted, not modeled: no such part number is known here");

/** A part for another design: another switch, another node. */
function misfit(bill: MaterialBill, part: KnownPart): string | undefined {
  const rows = bill.rows.filter(({ materialClass }) => part.classes.includes(materialClass));
  if (rows.length === 0)
    return `${part.name}: this cluster has no ${part.classes[0] ?? "use"} for it`;
  const ids = [...new Set(rows.map(({ partId }) => partId))];
  if (part.partId === undefined || ids.includes(part.partId)) return undefined;
  return `${part.name} where the design has ${ids.join(", ")}`;
}

/** Both ends of a link must send the same light. */
function mixedMedia(
  quote: readonly QuoteLine[],
): { readonly line: QuoteLine; readonly finding: QuoteFinding }[] {
  const media = (at: MaterialClass): ReadonlySet<string> =>
    new Set(
      quote.flatMap((line) => {
        const part = partOf(line);
        return part?.classes[0] === at && part.medium !== undefined ? [part.medium] : [];
      }),
    );
  const above = media("switch transceiver");
  return quote.flatMap((line) => {
    const part = partOf(line);
    if (part?.classes[0] !== "node transceiver" || part.medium === undefined) return [];
    if (above.size === 0 || above.has(part.medium)) return [];
    const others = [...above].join(", ");
    const why = `${part.name} is ${part.medium}, the switches' modules are ${others}`;
    return [{ line, finding: lineFinding("incompatible", line, 0, why) }];
  });
}

function counted(
  bill: MaterialBill,
  classes: readonly MaterialClass[],
  served: ReadonlyMap<string, { readonly quoted: number; readonly lines: readonly QuoteLine[] }>,
): QuoteFinding[] {
  const rows = bill.rows.filter(({ materialClass }) => classes.includes(materialClass));
  const neededCount = rows.reduce((sum, { count }) => sum + count, 0);
  const group = served.get(classes.join("+"));
  const quotedCount = group?.quoted ?? 0;
  if (neededCount === 0 && quotedCount === 0) return [];
  const [row] = rows;
  const [line] = group?.lines ?? [];
  const partNumber = line?.partNumber ?? row?.partId ?? classes.join(", ");
  const head = { partNumber, neededCount, quotedCount };
  const words = classes.length === 1 ? classes.join("") : (classes[0] ?? "").replace(/^\S+ /, "");
  if (neededCount === quotedCount) return [{ ...head, kind: "agrees", why: `${words}: as needed` }];
  if (quotedCount < neededCount) {
    const isPaid = row?.includedIn !== undefined;
    const unitUsd = line?.unitUsd ?? row?.unitUsd?.value;
    const money = unitUsd === undefined ? {} : { totalUsd: (neededCount - quotedCount) * unitUsd };
    const note = isPaid ? `; is it in the price of ${row.includedIn}?` : "";
    const why = `${words}: ${neededCount - quotedCount} missing${note}`;
    return [{ ...head, ...money, kind: "missing", why }];
  }
  const over = quotedCount - neededCount;
  const unitUsd = line?.unitUsd;
  const money = unitUsd === undefined ? {} : { totalUsd: over * unitUsd };
  const isTwin = classes.includes("switch transceiver") && quotedCount === 2 * neededCount;
  const twin = isTwin ? "; one for every port is quoted, a module serves two" : "";
  return [{ ...head, ...money, kind: "surplus", why: `${words}: ${over} too many${twin}` }];
}
