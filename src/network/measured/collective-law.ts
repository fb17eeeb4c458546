/**
 * Time of a collective as libraries run it, by a closed form fitted to published sweeps.
 *
 *   LL      6.6 + 0.6 k + S k / (n C)
 *   ring    8.4 + 3.4 k + (S k + x S / (1 + S/1 GB)) / (n B)
 *   mesh    U(10, S k / (n B)), rings over parts wired to each other
 *   NVLS    U(1.8 n, S (1 + 1/n) / (B e)),   U(L, T) = L + T + F L T / (T + τ L)
 *   trees   over N domains, U of their latency and of the bytes on the busiest resource
 *
 * S bytes of the full vector, k steps, n ranks; microseconds; h is paid once by each call that
 * the host times. Names of algorithms as in NCCL.
 */
import { acrossS } from "./across-domains.ts";
import type { CollectiveCase } from "./collective-case.ts";
import { insideS } from "./inside-domain.ts";
import { LAW } from "./law-constants.ts";
import type { CollectiveLaw } from "./law-constants.ts";

export function collectiveS(given: CollectiveCase, law: CollectiveLaw = LAW): number {
  if (given.ranks <= 1) return given.harnessS;
  const found = given.domains > 1 ? acrossS(given, law) : insideS(given, law);
  return given.harnessS + found;
}
