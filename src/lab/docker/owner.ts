import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** When a process began, in whatever unit; undefined where nobody can say. */
type StartOf = (pid: number) => string | undefined;

/**
 * The process that controls a lab, as a label: `MACHINE.PID.START`. The machine is a hash, so that no name leaves it; the
 * start time tells a process from a later one with its number.
 */
export function ownerOf(startOf: StartOf = startInProc): string {
  return `${machine()}.${process.pid}.${startOf(process.pid) ?? ownStart()}`;
}

/**
 * Whether an owner still runs. `elsewhere`: it is, or was, on another machine, so only time can tell. `unknown`: a process
 * of that number runs here, and nobody can say whether it is the same one (macOS and Windows have no `/proc`).
 */
export function ownerState(
  owner: string,
  startOf: StartOf = startInProc,
): 'alive' | 'gone' | 'elsewhere' | 'unknown' {
  const [where, pid, start] = owner.split('.');
  if (where !== machine()) return 'elsewhere';
  const number = Number(pid);
  if (!Number.isSafeInteger(number) || number <= 0 || !isRunning(number)) return 'gone';
  const began = startOf(number) ?? (number === process.pid ? ownStart() : undefined);
  if (began === undefined) return 'unknown';
  return start === began ? 'alive' : 'gone';
}

/** Of this process, by its own clock, in milliseconds. */
function ownStart(): string {
  return String(Math.round(performance.timeOrigin));
}

function machine(): string {
  return createHash('sha256').update(`${hostname()} ${bootId()}`).digest('hex').slice(0, 12);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In clock ticks since the machine started (proc(5), `stat`, field 22); undefined where there is no such file. */
function startInProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold anything: what follows the last of them is numbers.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
