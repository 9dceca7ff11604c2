import { readFileSync, readdirSync } from 'node:fs';

/** The capture goes on, as the kernel does: who looks at a paused node sees what reaches it. */
const SPARED = 'tcpdump';
/** A process may start another while the list is read. */
const ROUNDS = 3;

/**
 * Stops or continues everything that this process has started, children of children too. The container is not paused as
 * a whole, for then nobody could be told anything; what somebody runs in a shell of their own is left alone.
 */
export function freeze(frozen: boolean): void {
  for (let round = 0; round < ROUNDS; round += 1)
    for (const pid of descendants(process.pid)) signal(pid, frozen);
}

function signal(pid: number, frozen: boolean): void {
  try {
    process.kill(pid, frozen ? 'SIGSTOP' : 'SIGCONT');
  } catch {
    // It has ended meanwhile.
  }
}

function descendants(of: number): number[] {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : [],
  );
  const found = new Set([of]);
  // A child may have a lower number than its parent, when numbers have gone round.
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { pid, parent, name } of all) if (found.has(parent) && name !== SPARED) found.add(pid);
  }
  found.delete(of);
  return [...found];
}

/** proc(5), `stat`: the name stands in parentheses and may hold anything, what follows the last of them does not. */
function statOf(
  pid: number,
): { readonly pid: number; readonly parent: number; readonly name: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const end = stat.lastIndexOf(')');
    const parent = Number(stat.slice(end + 2).split(' ')[1]);
    return { pid, parent, name: stat.slice(stat.indexOf('(') + 1, end) };
  } catch {
    return undefined;
  }
}
