import assert from 'node:assert/strict';
import type { HostEvent, HostReason } from '../../../src/lab/events.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import { formatIpv4 } from '../../../src/packet/address.ts';
import { dnatText, drText, tunText } from '../../journey/plans.ts';
import { planOf, runLab, type Run } from './testbed.ts';

const once = '\ntraffic: [{ from: client, count: 1 }]\n';
const lab = (text: string, traffic = once) => runLab(planOf(text + traffic));
const at = (text: string, node: string, more: string) =>
  text.replace(
    new RegExp(`(${node}: .*\\b(?:inside|outside|back): )([\\d.]+)`),
    `$1{ address: $2, ${more} }`,
  );
const set = (text: string, node: string, more: string) =>
  text.replace(new RegExp(`(${node}: .*) gateway: router`), `$1 gateway: router, ${more}`);

function told(run: Run, reason: HostReason): HostEvent[] {
  return run.events.filter((event) => event.kind === 'host').filter((event) => event.reason === reason);
}

/** Where, about what: `rs1.inside 10.0.1.10:40238>10.0.2.100:80 next 10.0.2.1`. */
function describeTold({ node, segment, packet, nextHop }: HostEvent): string {
  const words = [segment === undefined ? node : `${node}.${segment}`];
  if (packet)
    words.push(
      `${formatIpv4(packet.source)}>${formatIpv4(packet.destination)}:${packet.destinationPort ?? ''}`,
    );
  if (nextHop !== undefined) words.push(`next ${formatIpv4(nextHop)}`);
  return words.join(' ');
}

interface Situation {
  readonly run: () => Run;
  readonly tells: string;
  /** It is about a frame that was captured. */
  readonly framed: boolean;
}

const situations: Partial<Readonly<Record<HostReason, Situation>>> = {
  'link-loss': {
    run: () => lab(at(drText, 'client', 'loss: 100%')),
    tells: 'client.outside',
    framed: true,
  },
  'interface-down': {
    run: () => lab(at(dnatText, 'director', 'down: true')),
    tells: 'director.inside',
    framed: false,
  },
  'no-route': {
    run: () => lab(drText.replace('at: { inside: 10.0.2.11 }, gateway: router', 'at: { inside: 10.0.2.11 }')),
    tells: 'rs1 10.0.2.100>10.0.1.10:40238',
    framed: false,
  },
  'neighbour-unreachable': {
    run: () =>
      lab(drText.replace('inside: 10.0.2.11 }, gateway: router', 'inside: 10.0.2.11 }, gateway: 10.0.2.254')),
    tells: 'rs1.inside 10.0.2.100>10.0.1.10:40238 next 10.0.2.254',
    framed: false,
  },
  'over-mtu': {
    run: () =>
      lab(
        drText.replace('outside: 10.0.1.1,', 'outside: { address: 10.0.1.1, mtu: 600 },'),
        '\ntraffic: [{ from: client, count: 1, upload: 4000 }]\n',
      ),
    tells: 'router.outside 10.0.1.10>10.0.2.100:80',
    framed: true,
  },
  filtered: {
    run: () => lab(at(drText, 'rs1', 'drop: [tcp]')),
    tells: 'rs1.inside 10.0.1.10>10.0.2.100:80',
    framed: true,
  },
  'reverse-path-filter': {
    run: () => lab(set(tunText, 'rs1', 'rpFilter: strict')),
    tells: 'rs1.tunl0 10.0.1.10>10.0.2.100:80',
    framed: true,
  },
  'martian-source': {
    run: () =>
      lab(drText.replace('inside: 10.0.2.11 }, gateway: router', 'inside: 10.0.2.11 }, gateway: rs2')),
    tells: 'rs2.inside 10.0.2.100>10.0.1.10:40238',
    framed: true,
  },
  'not-local': {
    run: () => lab(set(drText, 'rs1', 'holdVip: false')),
    tells: 'rs1.inside 10.0.1.10>10.0.2.100:80',
    framed: true,
  },
  'no-decapsulator': {
    run: () => lab(set(tunText, 'rs1', 'decapsulate: false')),
    tells: 'rs1.back 10.0.2.2>10.0.3.11:',
    framed: true,
  },
  'port-unreachable': {
    run: () =>
      lab(drText, '\ntraffic: [{ from: client, to: 10.0.1.1, protocol: udp, port: 53, count: 1 }]\n'),
    tells: 'router.outside 10.0.1.10>10.0.1.1:53',
    framed: true,
  },
};

describe('what hosts tell', () => {
  for (const [reason, { run, tells, framed }] of Object.entries(situations)) {
    it(`${reason}: where, about which packet`, () => {
      const lab = run();
      const events = told(lab, reason as HostReason);
      assert.ok(events.length > 0, 'it is told');
      assert.match(
        describeTold(events[0]!),
        new RegExp(`^${tells.replace(/[.]/g, '\\.').replace(/40238$/, '\\d+')}`),
      );
      const hashes = new Set(lab.frames().map(({ bytes }) => frameHash(bytes, 0, bytes.length)));
      for (const { frameHash: hash } of events) {
        if (framed) assert.ok(hash !== undefined && hashes.has(hash), 'it names a captured frame');
        else assert.ok(hash === undefined || !hashes.has(hash), 'nobody has seen it');
      }
    });
  }

  it('nothing in a lab in which all goes well', () => {
    for (const text of [drText, tunText])
      assert.deepEqual(
        lab(text).events.filter(({ kind }) => kind === 'host'),
        [],
      );
  });
});
