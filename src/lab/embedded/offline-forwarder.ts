import type { ForwarderConfig } from '../../forwarder/config.ts';
import { MemoryPort } from '../../forwarder/ports/memory.ts';
import type { Decision } from '../../forwarder/verdict.ts';
import { buildArp } from '../../packet/build.ts';
import type { Capture, CaptureRecord } from '../../packet/capture.ts';
import type { Plan } from '../topology/plan.ts';

/** What came out of a forwarder that was fed a capture. Interfaces are the forwarder's ports, named by their segments. */
export interface OfflineResult {
  readonly interfaces: Capture['interfaces'];
  readonly records: readonly CaptureRecord[];
  /** Frames of the capture, and those of them that came in by the node's interfaces. */
  readonly given: number;
  readonly taken: number;
  readonly drops: readonly (readonly [reason: string, count: number])[];
}

/**
 * Feeds a capture to a node's forwarder. `ports` says for each interface of the capture which port it is, -1 for none.
 * Time is the capture's own: timers run when it passes, and what they send has their time.
 */
export function forwardOffline(
  plan: Plan,
  node: string,
  config: ForwarderConfig,
  capture: Capture,
  ports: readonly number[],
): OfflineResult {
  const records: CaptureRecord[] = [];
  const start = capture.records[0]?.timeNs ?? 0n;
  let timeNs = start;
  let last: Decision | undefined;
  const forwarder = new MemoryPort(config, {
    decide: (decision) => (last = decision),
    transmit: (port, bytes) => {
      const { relation, rule, server, detail } = last ?? {};
      const words = [relation, rule, server, detail].filter((word) => word !== undefined);
      const own = { interface: port, timeNs, bytes, originalLength: bytes.length, direction: 'out' } as const;
      records.push({ ...own, comments: [words.join(' · ')] });
    },
  });
  introduce(forwarder, plan, node, config);
  records.length = 0;
  let taken = 0;
  const dropsBefore = { ...forwarder.forwarder.counters().drops };
  for (const record of capture.records) {
    const port = ports[record.interface] ?? -1;
    if (port < 0 || record.direction === 'out') continue;
    const now = Number(record.timeNs - start) / 1e6;
    for (let due = forwarder.nextTimer(); due !== undefined && due <= now; due = forwarder.nextTimer()) {
      timeNs = start + BigInt(Math.ceil(due * 1e6));
      forwarder.advance(due);
    }
    timeNs = record.timeNs;
    taken++;
    forwarder.deliver(port, record.bytes, now);
  }
  const drops = Object.entries(forwarder.forwarder.counters().drops)
    .map(([reason, count]) => [reason, count - dropsBefore[reason as keyof typeof dropsBefore]] as const)
    .filter(([, count]) => count > 0);
  const interfaces = config.interfaces.map(({ segment, mac, address }) => ({
    name: segment,
    description: `${node}.${segment}`,
    linkType: 1,
    snapLength: 262144,
    mac,
    ipv4: { address, mask: 0xffffffff },
  }));
  return { interfaces, records, given: capture.records.length, taken, drops };
}

/** The neighbours are the topology's: each says who it is before the first frame. */
function introduce(forwarder: MemoryPort, plan: Plan, node: string, config: ForwarderConfig): void {
  for (const [port, { segment, mac, address }] of config.interfaces.entries()) {
    for (const other of plan.nodes) {
      if (other.name === node) continue;
      for (const one of other.interfaces) {
        if (one.segment !== segment) continue;
        const reply = {
          operation: 2,
          senderMac: one.mac,
          senderIp: one.address,
          targetMac: mac,
          targetIp: address,
        };
        forwarder.deliver(port, buildArp({ arp: reply }), 0);
      }
    }
  }
}
