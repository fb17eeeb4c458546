/** What this room uses of d3-node, which ships no types. */
declare module "d3-node" {
  export interface SvgSelection {
    append(name: string): SvgSelection;
    attr(name: string, value: string | number): SvgSelection;
    text(value: string): SvgSelection;
    node(): unknown;
    remove(): SvgSelection;
  }

  export interface DomWindow {
    readonly XMLSerializer: new () => { serializeToString(node: unknown): string };
  }

  export class D3Node {
    constructor(options?: { readonly d3Module?: unknown });
    readonly window: DomWindow;
    createSVG(width: number, height: number): SvgSelection;
  }
}
