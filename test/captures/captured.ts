import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from '../../src/cli/run.ts';
import type { CaptureSource } from '../../src/captures/source.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import type { Capture, CaptureRecord } from '../../src/packet/capture.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

export interface Captured {
  readonly plan: Plan;
  readonly capture: Capture;
}

/** What an example's nodes captured, all in one file. */
export async function capturedOf(example: string): Promise<Captured> {
  const topology = join(root, `examples/${example}.lblab.yaml`);
  const { plan } = loadTopology(readFileSync(topology, 'utf8'), `${basename(example)}.lblab.yaml`);
  const folder = temporaryFolder();
  try {
    const path = folder.path('all.pcapng');
    await runCommand(run, [topology, '--quiet', '--pcapng', path]);
    return { plan: plan!, capture: readCapture(readFileSync(path)) };
  } finally {
    folder.remove();
  }
}

/** The records of these interfaces, as a file of its own with only them, changed by `make`. */
export function only(
  { interfaces, records, ...rest }: Capture,
  names: readonly string[],
  make: (record: CaptureRecord) => CaptureRecord = (record) => record,
): Capture {
  const kept = interfaces.flatMap(({ name }, index) => (names.includes(name) ? [index] : []));
  return {
    ...rest,
    interfaces: kept.map((index) => interfaces[index]!),
    records: records.flatMap((record) => {
      const index = kept.indexOf(record.interface);
      return index < 0 ? [] : [make({ ...record, interface: index })];
    }),
  };
}

/** One file for each node. */
export function byNode({ plan, capture }: Captured): CaptureSource[] {
  return plan.nodes.map(({ name, interfaces }) => ({
    name: `${name}.pcapng`,
    capture: only(
      capture,
      interfaces.map(({ segment }) => `${name}.${segment}`),
    ),
  }));
}

/** As tcpdump writes it into a pcap file: without the direction. */
export function undirected({ direction, ...record }: CaptureRecord): CaptureRecord {
  return direction === undefined ? record : { ...record };
}

/** As `tcpdump -i any` writes it: SLL (link type 113) or SLL2 (276), without the destination of what left. */
export function cooked(linkType: 113 | 276, record: CaptureRecord): CaptureRecord {
  const { bytes, direction } = record;
  const isBroadcast = bytes[0] === 0xff;
  const type = direction === 'out' ? 4 : isBroadcast ? 1 : 0;
  const mac = bytes.slice(6, 12);
  const protocol = bytes.slice(12, 14);
  const header =
    linkType === 113
      ? [0, type, 0, 1, 0, 6, ...mac, 0, 0, ...protocol]
      : [...protocol, 0, 0, 0, 0, 0, 2, 0, 1, type, 6, ...mac, 0, 0];
  return withBytes(undirected(record), Uint8Array.of(...header, ...bytes.slice(14)));
}

export function withBytes(record: CaptureRecord, bytes: Uint8Array): CaptureRecord {
  return { ...record, bytes, originalLength: bytes.length };
}
