/** The chart of a fabric, by its family. */
import type { Drawing } from "../../records/drawing.ts";
import type { Chart } from "./chart.ts";
import { fatTree } from "./fat-tree.ts";
import { groupsChart } from "./groups.ts";
import { singleSwitch } from "./switch.ts";
import { torus } from "./torus.ts";

export function fabricChart(drawing: Drawing, ordinal = 1, lead = drawing.name): Chart {
  switch (drawing.family) {
    case "fat-tree":
      return fatTree(drawing, ordinal, lead);
    case "torus":
      return torus(drawing, ordinal, lead);
    case "switch":
      return singleSwitch(drawing, ordinal, lead);
    case "dragonfly":
    case "dragonfly-plus":
    case "hyperx":
    case "slim-fly":
    case "slices":
    case "custom":
      return groupsChart(drawing, ordinal, lead);
  }
}
