import assert from 'node:assert/strict';
import type { Journey, Report } from '../../../src/journey/report.ts';
import type { Decision } from '../../../src/forwarder/verdict.ts';
import type { FrameEvent, HostEvent, RequestEnd } from '../../../src/lab/events.ts';
import { asMac } from '../../../src/packet/address.ts';
import { buildIcmpEcho } from '../../../src/packet/build.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import { ask } from '../asking.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { drTable, Story, whole, type PacketName, type Table, type Tamper } from '../oracle.ts';
import { drText, ip, macOf, planOf, withPort } from '../plans.ts';

const dr = planOf(drText);

function later(story: Story): Report {
  const timeNs = story.events.at(-1)!.timeNs + 1e9;
  story.events.push({ kind: 'node', timeNs, node: 'client', state: 'running' });
  return reportOf(story);
}

/** An announcement of a switch (IEEE 802.1AB) from the router to the director. */
function announcement(plan = dr): Story {
  const bytes = new Uint8Array(60);
  for (const [place, node] of ['director', 'router'].entries())
    Buffer.from(bytes.buffer).writeUIntBE(macOf(plan, node, 'inside'), 6 * place, 6);
  bytes.set([0x88, 0xcc], 12);
  const story = new Story(plan);
  story.frame('router', 'director', 'inside', bytes);
  return story;
}

/** What a kernel told of the last frame that was recorded before. */
function toldOf(
  { events, nowNs }: Story,
  told: Pick<HostEvent, 'node' | 'segment' | 'reason' | 'packet'>,
): HostEvent {
  const about = events.findLast((event): event is FrameEvent => event.kind === 'frame')!;
  const hash = frameHash(about.bytes, 0, about.bytes.length);
  return { kind: 'host', timeNs: nowNs, frameHash: hash, ...told };
}

describe('what became of a packet', () => {
  it('is what the kernel told that had it, whatever the plan has', () => {
    const to = (destination: string) => ({
      ...{ source: ip('10.0.1.10'), destination: ip(destination), protocol: 6 },
    });
    const arrivalOf = (leg: number, isLost: boolean, told: Parameters<typeof toldOf>[1]) => {
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => {
        step.ends = step.leg === leg;
        step.lost = isLost && step.ends;
      });
      story.events.push(toldOf(story, told));
      const { fate, reason } = later(story).journeys[0]!.hops.at(-1)!.arrival;
      return [fate, reason];
    };
    for (const reason of ['filtered', 'reverse-path-filter', 'martian-source'] as const)
      for (const [leg, node] of ['router', 'director', 'rs1'].entries())
        assert.deepEqual(arrivalOf(leg, false, { node, reason }), ['dropped', reason]);
    const rs1 = { node: 'rs1', reason: 'not-local' } as const;
    assert.deepEqual(arrivalOf(2, false, rs1), ['dropped', 'vip-not-local']);
    assert.deepEqual(arrivalOf(2, false, { ...rs1, packet: to('10.0.2.77') }), ['dropped', 'not-local']);
    for (const reason of ['over-mtu', 'interface-down'] as const)
      assert.deepEqual(arrivalOf(1, true, { node: 'director', reason }), ['lost', reason]);
    assert.deepEqual(arrivalOf(1, true, { node: 'router', reason: 'link-loss' }), ['lost', 'link-loss']);
  });

  it('follows from how it arrived where it ended', () => {
    const syn = (plan: typeof dr, tamper: Tamper) =>
      later(new Story(plan).talk(drTable(), ['syn'], tamper)).journeys[0]!.outcome;
    const ends = (leg: number, change: { readonly ttl?: number } = {}) =>
      syn(dr, (step) => Object.assign(step, change, { ends: step.leg === leg }));
    const rows: readonly (readonly [
      how: string,
      outcome: Journey['outcome'],
      expected: Journey['outcome'],
    ])[] = [
      ['taken by its server', ends(2), 'arrived'],
      ['kept by a router that says why', ends(0, { ttl: 1 }), 'dropped'],
      ['kept by a router that may yet send it', ends(0), 'lost'],
      ['not let in', syn(withPort(dr, 'rs1', 'inside', { drop: ['tcp'] }), () => undefined), 'dropped'],
      ['lost on the link', syn(dr, (step) => (step.lost = step.leg === 1)), 'lost'],
      ['of nobody’s business', later(announcement()).journeys[0]!.outcome, 'arrived'],
    ];
    for (const [how, outcome, expected] of rows) assert.equal(outcome, expected, how);
  });

  it('that is no packet of IPv4 was never too long', () => {
    // Read as a header of IPv4, either would be longer than the MTU.
    const plan = withPort(dr, 'director', 'inside', { mac: asMac(0x0200_ffff_0002) });
    const [announced, answered] = [
      announcement(plan),
      new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1'),
    ];
    for (const story of [announced, answered]) {
      story.events.pop();
      const { fate, reason } = later(story).journeys.at(-1)!.hops.at(-1)!.arrival;
      assert.deepEqual([fate, reason], ['lost', 'not-received']);
    }
  });
});

describe('the server of a flow', () => {
  const only = ({ flows }: Report) => {
    assert.equal(flows.length, 1);
    return flows[0]!;
  };

  it('is who took a packet, whatever became of others', () => {
    const story = new Story(dr).talk(drTable(), ['syn', 'get'], (step) => {
      step.lost = step.name === 'get' && step.leg === 1;
    });
    assert.deepEqual(only(later(story)).server, { node: 'rs1', address: '10.0.2.11', port: 80 });
  });

  it('is nobody any more, when it is told that its kernel let nothing in', () => {
    const story = new Story(dr).talk(drTable(), ['syn']);
    const told = toldOf(story, { node: 'rs1', segment: 'inside', reason: 'filtered' });
    const events = [...story.events, told];
    assert.equal(only(reportOf(story)).server?.node, 'rs1');
    for (const pauses of [[], [events.length - 1]]) {
      const { server, outcome } = only(reportOfEvents(dr, events, 'embedded', pauses));
      assert.equal(server, undefined);
      assert.ok(outcome.kind === 'lost');
      assert.deepEqual([outcome.at, outcome.reason], ['rs1', 'filtered']);
    }
  });

  /** The director resets the connection, for what it says. */
  function resetBy(decision: Partial<Decision>) {
    const story = new Story(dr);
    const [first, ...rest] = drTable().reply;
    const table: Table = { ...drTable(), reply: [{ ...first!, from: 'director' }, ...rest] };
    story.talk(table, ['syn', 'rst'], (step) => {
      step.ends = step.name === 'syn' && step.leg === 1;
      if (step.name === 'rst' && step.leg === 0)
        step.spoil = (bytes) =>
          story.decide('director', {
            ...{ relation: 'originated', framesOut: [frameHash(bytes, 0, bytes.length)] },
            ...decision,
          });
    });
    return only(later(story));
  }

  it('is not the director that resets it, which says why', () => {
    for (const [decision, reason] of [
      [{ rule: 'no-service', reason: 'no-server' }, 'no-service'],
      [{ rule: 'schedule', reason: 'no-server' }, 'no-server'],
      [{ rule: 'expire' }, 'reset-by-director'],
    ] as const) {
      const { server, outcome } = resetBy(decision);
      assert.equal(server, undefined);
      assert.ok(outcome.kind === 'refused');
      assert.deepEqual([outcome.by, outcome.reason], ['director', reason]);
    }
  });

  it('of a ping of a VIP is the director that answers', () => {
    const story = new Story(dr);
    const echo = (operation: 'request' | 'reply') => {
      const [from, to] = operation === 'request' ? ['router', 'director'] : ['director', 'router'];
      const [asking, vip] = [ip('10.0.2.1'), ip('10.0.2.100')];
      const [source, destination] = operation === 'request' ? [asking, vip] : [vip, asking];
      const bytes = buildIcmpEcho({
        ethernet: { source: macOf(dr, from!, 'inside'), destination: macOf(dr, to!, 'inside') },
        ip: { source, destination, id: 7 },
        icmp: { operation, identifier: 5, sequence: 1 },
      });
      story.frame(from!, to!, 'inside', bytes);
    };
    echo('request');
    echo('reply');
    const { server, outcome } = only(later(story));
    assert.deepEqual([server?.node, outcome], ['director', { kind: 'answered' }]);
  });
});

describe('an answer that came in part', () => {
  it('was not cut short by what its own client refuses', () => {
    const end: RequestEnd = { outcome: 'partial', bytes: 3, ofBytes: 4 };
    const names: readonly PacketName[] = [...whole.slice(0, 6), 'fin'];
    const story = new Story(dr).talk(drTable(), names, (step) => {
      if (step.name === 'fin') step.flags = 4;
    });
    const [flow] = reportOf(ask(story, { end, endNs: 3e9 })).flows;
    assert.deepEqual(flow!.outcome, { kind: 'partial', bytes: 3, ofBytes: 4, frames: [] });
  });
});
