/** What the system refuses, in words: a full disk, a folder one may not write to. */
import { MachineError } from "../base/errors.ts";

/** An error of the system as ours; everything else stays what it is. */
export function machineError(error: unknown, path: string): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (/ENOSPC|EDQUOT|No space left|disk is full|out of disk|File too large|EFBIG/i.test(message)) {
    return new MachineError(
      `cannot write ${path}: no room; what was committed is whole. Make room, then --resume`,
    );
  }
  const refused = /EACCES|EROFS|EPERM|ENOTDIR|EEXIST|Permission denied|Read-only/i.exec(message);
  if (refused !== null) {
    return new MachineError(`cannot write ${path} (${refused[0]}); choose another folder`);
  }
  return error;
}
