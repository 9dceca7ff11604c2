import { u32 } from './bytes.ts';
import type { Capture } from './capture.ts';
import { isPcap, readPcap } from './pcap.ts';
import { readPcapng } from './pcapng.ts';
import { packetProblem } from './problem.ts';

/** Files that people have beside pcap and pcapng, by their first four bytes; names are the same in every language. */
const foreign = new Map([
  [0x736e6f6f, 'snoop'],
  [0xa1b2cd34, 'modified pcap'],
  [0x34cdb2a1, 'modified pcap'],
  [0x28b52ffd, 'zstd'],
  [0xfd377a58, 'xz'],
  [0x504b0304, 'zip'],
]);

/**
 * A capture file of either format, told apart by its first bytes. One that is neither gives a problem, whose place is the
 * kind of the file where that is known, such as `snoop`.
 */
export function readCapture(bytes: Uint8Array): Capture {
  if (isPcap(bytes)) return readPcap(bytes);
  const kind = foreignKind(bytes);
  if (kind === undefined) return readPcapng(bytes);
  return { interfaces: [], records: [], names: [], problems: [packetProblem('bad-capture', kind, 0)] };
}

/** What a file is that is no pcap or pcapng; undefined where that is not known. */
export function foreignKind(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return undefined;
  const start = u32(bytes, 0);
  return start >>> 16 === 0x1f8b ? 'gzip' : foreign.get(start);
}
