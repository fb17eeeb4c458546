/** Names say their unit: a number without one is half a fact. */
import { lineOf, type Source, type SyntaxNode, walk } from "../sources.ts";

/** The unit stands last. Longest first where one ends with another. */
export const UNITS = [
  "BytesPerS",
  "FlopPerS",
  "UsdPerS",
  "UsdPerJ",
  "KgPerJ",
  "KgPerS",
  "Bytes",
  "Flop",
  "Usd",
  "Kg",
  "Count",
  "Ticks",
  "Id",
  "Ps",
  // The clock of other simulators, in whole nanoseconds.
  "Ns",
  "S",
  "W",
  "J",
];

/** Pure numbers between 0 and 1, or around 1: they have no unit. */
const RATIOS = [
  "share",
  "ratio",
  "fraction",
  "probability",
  "efficiency",
  "utilization",
  "mfu",
  "hfu",
  "goodput",
  "oversubscription",
  "slowdown",
  "pue",
  "swing",
  "margin",
  "tolerance",
  "epsilon",
  "factor",
];

/** Places in an order and plain whole numbers, whose unit is the noun itself. */
const WHOLE = [
  "index",
  "seed",
  "version",
  "batch",
  "radix",
  "degree",
  "length",
  "repeat",
  "accumulation",
  "op",
  "line",
  "column",
  "step",
  "rank",
  "shape",
];

/** "Max" and the like may follow a number that has no unit; before a unit they go inside. */
const QUALIFIERS = /(?:Max|Min|Mean|Total)$/;

/** Plurals of quantities and units, and words that only look plural: they count nothing. */
const NOT_COUNTING = (
  "seconds minutes hours days years bits watts joules dollars flops percents gigabits gigabytes " +
  "megabytes kilobytes milliseconds microseconds nanoseconds picoseconds " +
  "times latencies durations sizes rates prices costs energies powers bandwidths speeds " +
  "capacities delays bias radius gas status minus"
).split(" ");

/**
 * Keys that a contract spells out, with the interface that holds them ("*": any). Only
 * names that other programs read, or that carry their unit beside them, belong here.
 */
export const CONTRACT_KEYS: Readonly<Record<string, string>> = {
  "Sourced.value": "in the unit of the property that holds it",
  "NumericInput.sourced": "any input; its unit follows from its pointer",
  "CatalogFigure.sourced": "any figure; its unit follows from its pointer",
  "Reading.value": "in the unit of the kind that was asked for",
  "Prediction.predicted": "in the unit of the column it names",
  "Prediction.low": "in the unit of the column it names",
  "Prediction.high": "in the unit of the column it names",
  "Estimate.value": "in the unit of the column it is for",
  "ConstantRow.value": "its unit ends its name",
  "Assumption.value": "its unit is the property beside it",
  "PointRow.usdPerHour": "asked for per hour, in reports and JSON",
  "LargeResult.usdPerHour": "asked for per hour, in reports and JSON",
  "Sensitivity.whenLower": "relative change",
  "Sensitivity.whenHigher": "relative change",
  "ChunkRange.from": "share of the buffer",
  "ChunkRange.to": "share of the buffer",
  "ChunkRange.into": "share of the buffer",
  "Placement.order": "places of ranks",
  "ChunkMove.source": "the number of a rank",
  "ChunkMove.target": "the number of a rank",
  "FlowClass.signature": "digits of tiers, as one number",
  "FlowClass.source": "the number of a rank",
  "FlowClass.target": "the number of a rank",
  "PipelineEdge.part": "the number of a part of the buffer",
  "PipelineEdge.source": "the number of a rank or a switch",
  "PipelineEdge.target": "the number of a rank or a switch",
  "TrafficRow.source": "the number of a rank, as the file of messages has it",
  "TrafficRow.target": "the number of a rank, as the file of messages has it",
  "*.weight": "the literature's word for a pure number",
  "*.balanceWeight": "a pure number",
  "*.hiddenSize": "the literature's word for a width in elements",
  "*.headSize": "the literature's word for a width in elements",
  "*.vocabularySize": "the literature's word for a number of tokens",
  "*.feedForwardSize": "the literature's word for a width in elements",
  "*.ropeBase": "the base of a power, as checkpoints call it",
  "StageOutput.loss": "of a model, in nats",
  "*.learningRate": "the literature's word for a step of the optimizer",
  "RankReport.pid": "the number of a process, as the operating system has it",
  "RunReport.p50": "seconds, as the key around it says",
  "RunReport.p90": "seconds, as the key around it says",
  "PlanLayout.tp": "a degree of parallelism, as all frameworks write it",
  "PlanLayout.pp": "a degree of parallelism, as all frameworks write it",
  "PlanLayout.dp": "a degree of parallelism, as all frameworks write it",
  "*.year": "of the calendar",
  "ParallelReport.dp": "a degree of parallelism, as all frameworks write it",
  "ParallelReport.tp": "a degree of parallelism, as all frameworks write it",
  "ParallelReport.pp": "a degree of parallelism, as all frameworks write it",
  "ParallelReport.ep": "a degree of parallelism, as all frameworks write it",
  "ParallelReport.cp": "a degree of parallelism, as all frameworks write it",
  "ParallelReport.zero": "a stage of ZeRO, as all frameworks write it",
  "Ran.loss": "of a model, in nats or squares",
  "Selfcheck.p10": "seconds, as the key around it says",
  "Selfcheck.p90": "seconds, as the key around it says",
  "Selfcheck.relativeError": "a share",
  "MeasuredSummary.p10": "seconds, as the key around it says",
  "MeasuredSummary.p50": "seconds, as the key around it says",
  "MeasuredSummary.p90": "seconds, as the key around it says",
  "TraceNode.kind": "the number of a kind of node",
  "TraceNode.partner": "the number of a rank, or of a kind of collective",
  "TraceNode.mark": "the number of a group, or a tag",
  "RankNodes.ids": "numbers of nodes, as the file has them",
  "TraceMessages.source": "the number of a rank",
  "TraceMessages.target": "the number of a rank",
  "TraceMessages.tag": "a number that both ends of a message know",
  "CollectiveSum.group": "the number of a group",
  "ChakraNode.type": "the number of a kind in Chakra's schema",
  "ChakraAttribute.value": "in the unit that its name has in Chakra",
  "Cable.fromPort": "as printed on the box, from 1",
  "Cable.toPort": "as printed on the box, from 1",
  "ResultMetric.value": "in the unit beside it",
  "DifferenceRow.from": "in the unit of its metric",
  "DifferenceRow.to": "in the unit of its metric",
  "GoalRequest.fromValue": "in the unit of the input that is pushed",
  "GoalRequest.toValue": "in the unit of the input that is pushed",
  "GoalPoint.metric": "in the unit of the metric that is asked for",
  "GoalShown.value": "in the unit beside it",
  "GoalShown.input": "in the unit of the value",
  "GoalShown.metric": "in the unit of the metric that is asked for",
  "SolveResult.value": "in the unit beside it",
  "Tried.input": "in the unit of the input that is pushed",
  "RankMessage.port": "of TCP, as the operating system has it",
  "RankMessage.loss": "of a model, in nats or squares",
  "*.port": "of TCP, as the operating system has it",
  "*.peer": "the number of another rank",
  "Candidate.byte": "a byte, as a number below 256",
  "PruningReport.before": "a loss",
  "PruningReport.after": "a loss",
  "PruningReport.fineTuned": "a loss",
  "GoalOp.kind": "a code of the format",
  "GoalOp.size": "bytes of a message, or nanoseconds of computation",
  "GoalOp.peer": "a rank",
  "GoalOp.tag": "a tag of a message",
  "GoalOp.cpu": "the index of a processor",
  "GoalOp.nic": "the index of a network card",
  "GoalSchedule.sizes": "bytes of messages, nanoseconds of computation",
  "TimesS.mean": "seconds, as the record says",
  "TimesS.p50": "seconds, as the record says",
  "TimesS.p90": "seconds, as the record says",
  "TimesS.p95": "seconds, as the record says",
  "TimesS.p99": "seconds, as the record says",
  "ServingQuestion.tp": "a degree of parallelism, as all frameworks write it",
  "ShapeTried.tp": "a degree of parallelism, as all frameworks write it",
  "Traffic.variation": "a coefficient of variation: a pure number",
  "*.momentum": "the literature's word for a share",
  "*.weightDecay": "the literature's word for a rate a step",
  "*.clipNorm": "a norm, in the unit of the gradient",
  "Schema.minimum": "JSON Schema's word",
  "Schema.maximum": "JSON Schema's word",
  "Schema.exclusiveMinimum": "JSON Schema's word",
};

/** Keys of readers' files carry their unit in the value: "400 Gb/s". */
const isReadersKey = (path: string, owner: string): boolean =>
  path.startsWith("src/files/") && owner.endsWith("File");

const GEOMETRY = "x y width height left right top bottom start end position radius gap".split(" ");

/** Drawings are laid out in pixels, and in nothing else. */
const isGeometry = (path: string, name: string): boolean =>
  path.startsWith("src/report/chart/") &&
  (GEOMETRY.includes(name) || /[a-z](?:X|Y|Width|Height)$/.test(name));

/** Letters of a cited formula, in the room of arithmetic. */
const isFormula = (path: string, name: string): boolean =>
  path.startsWith("src/tensor/") && /^(?:[a-zA-Z]|(?:alpha|beta|gamma)\d?)$/.test(name);

/** "path:line: Interface.property names no unit", for exported interfaces and records. */
export function namesWithoutUnit(source: Source): string[] {
  const { path } = source;
  return numericProperties(source).flatMap(({ owner, name, line }) => {
    const isFine =
      hasUnit(name) ||
      [`${owner}.${name}`, `*.${name}`].some((key) => CONTRACT_KEYS[key] !== undefined) ||
      isReadersKey(path, owner) ||
      isGeometry(path, name) ||
      isFormula(path, name);
    return isFine ? [] : [`${path}:${line}: ${owner}.${name} names no unit`];
  });
}

/** Whether a name ends with a unit, counts things, or is a pure number by its last word. */
export function hasUnit(name: string): boolean {
  if (UNITS.some((unit) => endsWithWord(name, unit))) return true;
  const bare = name.replace(QUALIFIERS, "");
  if (endsWithWord(bare, "Count")) return true;
  // samplesPerS, portsPerLeaf: a number of things for each second, or for each other thing.
  if (/(?:^[a-z]|[A-Z])[a-z]*s(?:Per)[A-Z]\w*$/.test(bare)) return true;
  const last = lastWord(bare);
  if (RATIOS.includes(last) || WHOLE.includes(last)) return true;
  return /..[^s]s$/.test(last) && !last.endsWith("bps") && !NOT_COUNTING.includes(last);
}

/** "stepBytes" and "bytes" end with the word Bytes; "maxs" does not end with the word S. */
function endsWithWord(name: string, word: string): boolean {
  if (name.toLowerCase() === word.toLowerCase()) return word.length > 1;
  return new RegExp(`[a-z0-9]${word}$`).test(name);
}

function lastWord(name: string): string {
  return (/(?:^[a-z]|[A-Z])[a-z0-9]*$/.exec(name)?.[0] ?? name).toLowerCase();
}

interface NumericProperty {
  readonly owner: string;
  readonly name: string;
  readonly line: number;
}

function numericProperties(source: Source): NumericProperty[] {
  const body = (source.tree["body"] as readonly SyntaxNode[] | undefined) ?? [];
  return body.flatMap((statement) => {
    const declaration = statement["declaration"] as SyntaxNode | null | undefined;
    if (statement.type !== "ExportNamedDeclaration" || !isRecord(declaration)) return [];
    const owner = String((declaration["id"] as SyntaxNode)["name"]);
    return [...walk(declaration)].filter(isNumericProperty).map((node) => ({
      owner,
      name: keyOf(node),
      line: lineOf(source.text, node.start),
    }));
  });
}

function isRecord(node: SyntaxNode | null | undefined): node is SyntaxNode {
  return node?.type === "TSInterfaceDeclaration" || node?.type === "TSTypeAliasDeclaration";
}

function isNumericProperty(node: SyntaxNode): boolean {
  if (node.type !== "TSPropertySignature") return false;
  const annotation = node["typeAnnotation"] as SyntaxNode | null;
  return isNumeric(annotation?.["typeAnnotation"] as SyntaxNode | undefined);
}

/** number, Sourced, lists of them and float arrays; whole-number arrays hold indices. */
function isNumeric(type: SyntaxNode | undefined): boolean {
  if (type === undefined) return false;
  if (type.type === "TSNumberKeyword") return true;
  if (type.type === "TSUnionType") return (type["types"] as SyntaxNode[]).some(isNumeric);
  if (type.type === "TSArrayType") return isNumeric(type["elementType"] as SyntaxNode);
  if (type.type === "TSTypeOperator") return isNumeric(type["typeAnnotation"] as SyntaxNode);
  if (type.type !== "TSTypeReference") return false;
  const name = String((type["typeName"] as SyntaxNode)["name"]);
  return ["Sourced", "Float64Array", "Float32Array"].includes(name);
}

function keyOf(node: SyntaxNode): string {
  const key = node["key"] as SyntaxNode;
  return String(key["name"] ?? key["value"]);
}
