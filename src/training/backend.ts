/** Which backend training would use here, and why: for people who ask what is installed. */
import type { BackendReport } from "../tensor/backend.ts";
import { backendReport } from "../tensor/backend.ts";

export function tensorBackend(): BackendReport {
  return backendReport();
}
