/** Lines of a chart: ink for the answer, grey with dash and marker for the others. */
import type { PointRow } from "../../records/result.ts";
import { spread } from "./labels.ts";
import type { Pen, Point } from "./svg.ts";
import { fitted, textWidth } from "./text-width.ts";

export interface Series {
  readonly name: string;
  /** 0: recommended; 1 … 3: dash and marker of the others. */
  readonly styleIndex: number;
  readonly rows: readonly PointRow[];
}

export interface ScalingPlot {
  readonly series: readonly Series[];
  readonly rankCounts: readonly number[];
  readonly efficiencyMin: number;
  readonly baseRankCount: number;
  readonly scalingWord: "Strong" | "Weak";
}

export interface Panel {
  readonly x: (rankCount: number) => number;
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly narrow: boolean;
  readonly top: number;
  readonly bottom: number;
}

export function drawLine(pen: Pen, series: Series, place: (row: PointRow) => Point): void {
  const points = series.rows.map(place);
  const isMain = series.styleIndex === 0;
  pen.path(pen.polyline(points), isMain ? "s-main" : `s-${series.styleIndex}`);
  for (const point of points) {
    if (isMain) pen.circle(point, 3.4, "d-main");
    else drawMarker(pen, point, series.styleIndex);
  }
}

/** Square, triangle, diamond. */
function drawMarker(pen: Pen, [x, y]: Point, style: number): void {
  const corners: readonly Point[] =
    style === 1
      ? [
          [-3, -3],
          [3, -3],
          [3, 3],
          [-3, 3],
        ]
      : style === 2
        ? [
            [0, -4],
            [4, 3],
            [-4, 3],
          ]
        : [
            [0, -4.2],
            [4.2, 0],
            [0, 4.2],
            [-4.2, 0],
          ];
  const d = pen.polyline(corners.map(([dx, dy]) => [x + dx, y + dy]));
  pen.path(`${d}Z`, "d-other");
}

export const endLabel = (one: Series, value: string) => ({
  name: one.name,
  value,
  isMain: one.styleIndex === 0,
});

export interface EndLabel {
  readonly name: string;
  readonly value: string;
  readonly isMain: boolean;
  readonly wantedY: number;
  readonly fromX: number;
}

/** At the right of the panel, moved apart, with a leader from where each line ends. */
export function drawEndLabels(pen: Pen, labels: readonly EndLabel[], panel: Panel): void {
  const room = { gap: 15, low: panel.top + 4, high: panel.bottom };
  const textX = panel.right + 16;
  for (const { label, position } of spread(labels, room)) {
    pen.line([label.fromX + 6, label.wantedY], [textX - 3, position], "leader");
    const weight = label.isMain ? "bold" : "regular";
    const value = ` ${label.value}`;
    const nameRoom = panel.width - textX - textWidth(value, 12, weight);
    const words = fitted(label.name, nameRoom, 12, weight) + value;
    pen.text([textX, position + 4], words, { style: label.isMain ? "name" : "value" });
  }
}
