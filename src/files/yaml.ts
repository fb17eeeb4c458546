/** Plain data as the YAML that our own reader takes back. */
import { stringify } from "yaml";

export function toYaml(data: unknown): string {
  return stringify(data, { lineWidth: 100 });
}
