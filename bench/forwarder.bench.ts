import { fileURLToPath } from 'node:url';
import { CASE_NAMES, PACKETS, shuffled, startRounds } from './forwarder-rounds.ts';
import { median } from './median.ts';

/**
 * Nanoseconds per packet of each model's hot path with 1,000 and 1,000,000 connections, against a plain copy of the same
 * frames in the same run. Each figure is the median of the rounds. It fails when a packet leaves anything on the heap.
 */
export function run(print: (line: string) => void): void {
  print(
    `forwarder: ns per packet, median of ${ROUNDS} rounds of ${PACKETS.toLocaleString('en')} packets, 64-byte frames`,
  );
  print(
    'model         connections   copy  forward + copy  forward only  ratio to copy  bytes/connection  garbage/packet',
  );
  for (const name of CASE_NAMES) {
    for (const connections of [1_000, 1_000_000]) print(measure(name, connections));
  }
  print(
    `one dependent load at random from 64 MB, of which a packet of a million connections, looked up alone, needs two: ${randomLoad().toFixed(0)} ns`,
  );
}

const ROUNDS = 7;
/** Bytes a packet: room for what is made once for a batch, such as the number of its time. */
const MOST_GARBAGE = 1;

function measure(name: string, connections: number): string {
  const rounds = startRounds(name, connections);
  rounds.next();
  const measured = Array.from({ length: ROUNDS }, () => rounds.next());
  const copy = median(measured.map((round) => round.copy));
  const total = median(measured.map((round) => round.total));
  const garbage = rounds.garbage();
  if (garbage > MOST_GARBAGE) process.exitCode = 1;
  return [
    name.padEnd(12),
    connections.toLocaleString('en').padStart(12),
    copy.toFixed(1).padStart(6),
    total.toFixed(1).padStart(15),
    (total - copy).toFixed(1).padStart(13),
    (total / copy).toFixed(1).padStart(14),
    rounds.bytesPerConnection.toFixed(1).padStart(17),
    `${garbage.toFixed(2)}${garbage > MOST_GARBAGE ? ' ✖' : ''}`.padStart(15),
  ].join(' ');
}

/** What this machine's memory costs, in ns: each load's address is the value of the one before. */
function randomLoad(): number {
  const next = shuffled(1 << 24);
  const rounds = Array.from({ length: ROUNDS }, () => {
    let at = 0;
    const before = process.hrtime.bigint();
    for (let i = 0; i < PACKETS; i++) at = next[at]!;
    const time = Number(process.hrtime.bigint() - before) / PACKETS;
    return at < 0 ? 0 : time;
  });
  return median(rounds);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run(console.log);
