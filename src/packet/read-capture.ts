import { u32 } from './bytes.ts';
import { readWhole, type CaptureParser } from './capture-parser.ts';
import type { Capture } from './capture.ts';
import { isPcap, PcapParser } from './pcap.ts';
import { PcapngParser } from './pcapng-reader.ts';
import { packetProblem } from './problem.ts';

/** A section header block, which every pcapng file begins with: the same in either byte order. */
const PCAPNG = 0x0a0d0d0a;

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
  return readWhole(parserFor(bytes), bytes);
}

/** Whether a file begins like a capture, or like one that is packed or of a kind that is not read; no text does. */
export function isCapture(bytes: Uint8Array): boolean {
  return isPcap(bytes) || foreignKind(bytes) !== undefined || (bytes.length >= 4 && u32(bytes, 0) === PCAPNG);
}

/** @param bytes The first ones of the file: so many as a pcap's header has, unless there are no more. */
export function parserFor(bytes: Uint8Array): CaptureParser {
  if (isPcap(bytes)) return new PcapParser();
  const kind = foreignKind(bytes);
  return kind === undefined ? new PcapngParser() : foreignParser(kind);
}

function foreignParser(kind: string): CaptureParser {
  const problems = [packetProblem('bad-capture', kind, 0)];
  return {
    capture: { interfaces: [], records: [], names: [], problems },
    read: () => ({ used: 0, needs: 0 }),
    drop: () => undefined,
  };
}

/** What a file is that is no pcap or pcapng; undefined where that is not known. */
function foreignKind(bytes: Uint8Array): string | undefined {
  if (bytes.length < 4) return undefined;
  const start = u32(bytes, 0);
  return start >>> 16 === 0x1f8b ? 'gzip' : foreign.get(start);
}
