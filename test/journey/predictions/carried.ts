import assert from 'node:assert/strict';
import type { Report } from '../../../src/journey/report.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import type { Mac } from '../../../src/packet/address.ts';
import { buildIcmpEcho, buildIpv4, buildTcp, buildUdp, type IpFields } from '../../../src/packet/build.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import type { Story } from '../oracle.ts';
import { type Leg } from '../oracle.ts';
import { ip, macOf } from '../plans.ts';

/** One packet of another kind than the oracle's TCP, carried along the legs of a table. */

export type Build = (leg: Leg, ethernet: { source: Mac; destination: Mac }) => Uint8Array;

const id = 7;
const payload = new TextEncoder().encode('hi');
const ipOf = ({ source, destination, ttl }: Leg): IpFields => ({
  source: ip(source),
  destination: ip(destination),
  ttl,
  id,
});

export const tcpSyn =
  (fields: Partial<IpFields> = {}): Build =>
  (leg, ethernet) =>
    buildTcp({
      ethernet,
      ip: { ...ipOf(leg), ...fields },
      tcp: {
        sourcePort: leg.sourcePort,
        destinationPort: leg.destinationPort,
        sequence: 1000,
        acknowledgement: 0,
        flags: 2,
        options: Uint8Array.from([2, 4, 5, 180]),
      },
    });

export const udp: Build = (leg, ethernet) =>
  buildUdp({
    ethernet,
    ip: ipOf(leg),
    udp: { sourcePort: leg.sourcePort, destinationPort: leg.destinationPort },
    payload,
  });

/** A leg's client port is the identifier. */
export const echo =
  (operation: 'request' | 'reply'): Build =>
  (leg, ethernet) =>
    buildIcmpEcho({
      ethernet,
      ip: ipOf(leg),
      icmp: {
        operation,
        identifier: operation === 'request' ? leg.sourcePort : leg.destinationPort,
        sequence: 1,
      },
      payload,
    });

/** A protocol that nobody here reads. */
export const gre: Build = (leg, ethernet) =>
  buildIpv4({ ethernet, ip: { ...ipOf(leg), protocol: 47 }, payload });

/** @param change Of the finished frame of one leg. */
export function carry(
  story: Story,
  director: string,
  legs: readonly Leg[],
  build: Build,
  change: (bytes: Uint8Array, leg: number) => void = () => undefined,
): Story {
  let before: Uint8Array | undefined;
  for (const [index, leg] of legs.entries()) {
    const { from, to, segment } = leg;
    const bytes = build(leg, {
      source: macOf(story.plan, from, segment),
      destination: macOf(story.plan, to, segment),
    });
    change(bytes, index);
    if (before && from === director) {
      const [taken, sent] = [before, bytes].map((one) => frameHash(one, 0, one.length));
      story.decide(from, { framesIn: [taken!], framesOut: [sent!] });
    }
    story.frame(from, to, segment, bytes);
    before = bytes;
  }
  story.nowNs += 1e6;
  return story;
}

/** The rows of one hop, MACs as who has them: `ip.ttl 62`, or `ip.ttl 62, seen 63`. */
export function rowsOf(plan: Plan, { journeys }: Report, kind: string, hop: number): string[] {
  const names = new Map<string, string>();
  for (const { name, interfaces } of plan.nodes) {
    for (const { mac, segment } of interfaces) {
      const text = mac
        .toString(16)
        .padStart(12, '0')
        .replaceAll(/..(?!$)/g, '$&:');
      names.set(text, `${name}.${segment}`);
    }
  }
  const named = (text: string) => names.get(text) ?? text;
  const journey = journeys.find((one) => one.kind === kind)!;
  return journey.hops[hop]!.expected.map(({ field, expected, observed, ok }) => {
    assert.equal(ok, expected === observed, field);
    return ok ? `${field} ${named(expected)}` : `${field} ${named(expected)}, seen ${named(observed)}`;
  });
}

/** Those that are not as foretold. */
export function wrongRows(plan: Plan, report: Report, kind: string, hop: number): string[] {
  return rowsOf(plan, report, kind, hop).filter((row) => row.includes(', seen '));
}
