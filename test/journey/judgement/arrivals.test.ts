import assert from 'node:assert/strict';
import { unreachableReason } from '../../../src/journey/judgement/arrivals.ts';
import type { Arrival, FlowOutcome } from '../../../src/journey/report.ts';
import type { Decision } from '../../../src/forwarder/verdict.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { asMac } from '../../../src/packet/address.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { drTable, Story, tunTable, type Step, type Tamper } from '../oracle.ts';
import { drText, ip, planOf, tunText, withNode, withPort } from '../plans.ts';

/** A SYN of 40 bytes that comes to its end somewhere; told is how the last hop that it made arrived. */
interface Ending {
  readonly arrival: Pick<Arrival, 'fate' | 'reason'>;
  readonly outcome: FlowOutcome;
}

const dr = planOf(drText);
const tun = planOf(tunText);
const SYN_BYTES = 40;

function withSysctl(plan: Plan, name: string, change: Partial<Plan['nodes'][number]['sysctls']>): Plan {
  const { sysctls } = plan.nodes.find((node) => node.name === name)!;
  return withNode(plan, name, { sysctls: { ...sysctls, ...change } });
}

function endingOf(story: Story): Ending {
  const { journeys, flows } = reportOf(story);
  const { fate, reason } = journeys[0]!.hops.at(-1)!.arrival;
  return { arrival: { fate, reason }, outcome: flows[0]!.outcome };
}

/** A SYN, changed on one leg of the table of its model, or on all. */
function syn(
  plan: Plan,
  leg: number | 'all',
  change: (step: Step) => void,
  tell?: (story: Story) => void,
): Ending {
  const table = plan.model === 'tun' ? tunTable() : drTable();
  const tamper: Tamper = (step) => {
    if (leg === 'all' || step.leg === leg) change(step);
  };
  const story = new Story(plan).talk(table, ['syn'], tamper);
  // A frame is under way for a while: long after it, it is not.
  story.nowNs += 1e9;
  story.events.push({ kind: 'node', timeNs: story.nowNs, node: 'client', state: 'running' });
  tell?.(story);
  return endingOf(story);
}

const isLost = (step: Step) => (step.lost = true);
const ends = (step: Step) => (step.ends = true);

describe('where a packet comes to its end', () => {
  describe('on the link, it is lost', () => {
    const [sent, meant] = ['router', 'director'];
    const rows: readonly (readonly [name: string, plan: Plan, reason: string, at: string])[] = [
      [
        'to an interface that is down',
        withPort(dr, meant, 'inside', { down: true }),
        'interface-down',
        meant,
      ],
      ['from one that is down', withPort(dr, sent, 'inside', { down: true }), 'interface-down', sent],
      ['too long by a byte', withPort(dr, meant, 'inside', { mtu: SYN_BYTES - 1 }), 'over-mtu', sent],
      ['just not too long', withPort(dr, meant, 'inside', { mtu: SYN_BYTES }), 'not-received', sent],
      ['on a link that loses', withPort(dr, sent, 'inside', { loss: 0.1 }), 'link-loss', sent],
      ['on one that loses the other way', withPort(dr, meant, 'inside', { loss: 0.1 }), 'not-received', sent],
      ['on a sound one', dr, 'not-received', sent],
    ];
    for (const [name, plan, reason, at] of rows)
      it(`${name}: ${reason}`, () => {
        const { arrival, outcome } = syn(plan, 1, isLost);
        assert.deepEqual(arrival, { fate: 'lost', reason });
        assert.deepEqual(outcome, { kind: 'lost', at, reason, frames: [3] });
      });

    it('to a node that does not run: node-down, whatever the link is like', () => {
      for (const [state, reason] of [
        ['stopped', 'node-down'],
        ['paused', 'node-down'],
        ['running', 'link-loss'],
      ] as const) {
        const story = new Story(withPort(dr, sent, 'inside', { loss: 0.1 }));
        story.events.push({ kind: 'node', timeNs: 1, node: meant, state });
        story.talk(drTable(), ['syn'], (step) => (step.lost = step.leg === 1));
        story.events.push({ kind: 'node', timeNs: 2e9, node: 'client', state: 'running' });
        const { arrival, outcome } = endingOf(story);
        assert.deepEqual(arrival, { fate: 'lost', reason });
        const at = reason === 'node-down' ? meant : sent;
        assert.deepEqual(outcome, { kind: 'lost', at, reason, frames: [3] });
      }
    });
  });

  describe('at a router that has it and does not send it on', () => {
    const strict = withSysctl(dr, 'router', { rp_filter: 1 });
    const rows: readonly (readonly [name: string, plan: Plan, reason: string, change?: Partial<Step>])[] = [
      ['its last hop', dr, 'ttl-expired', { ttl: 1 }],
      ['one hop more', dr, 'not-forwarded', { ttl: 2 }],
      ['no way there', dr, 'no-route', { destination: ip('10.9.9.9') }],
      ['an interface that is down has no way', withPort(dr, 'router', 'inside', { down: true }), 'no-route'],
      ['too big by a byte', withPort(dr, 'router', 'inside', { mtu: SYN_BYTES - 1 }), 'too-big'],
      ['just not too big', withPort(dr, 'router', 'inside', { mtu: SYN_BYTES }), 'not-forwarded'],
      ['a way out that loses', withPort(dr, 'router', 'inside', { loss: 0.1 }), 'link-loss'],
      ['a way in that loses', withPort(dr, 'router', 'outside', { loss: 0.1 }), 'not-forwarded'],
      ['a source from elsewhere', strict, 'reverse-path-filter', { source: ip('10.0.2.50') }],
      ['a source that has no way back', strict, 'reverse-path-filter', { source: ip('10.9.9.9') }],
      ['a source as it should be', strict, 'not-forwarded'],
      ['a source from elsewhere, and nobody asks', dr, 'not-forwarded', { source: ip('10.0.2.50') }],
    ];
    for (const [name, plan, reason, change] of rows)
      it(`${name}: ${reason}`, () => {
        const { arrival, outcome } = syn(plan, 0, (step) => Object.assign(step, change, { ends: true }));
        assert.deepEqual(arrival, { fate: 'dropped', reason });
        assert.deepEqual(outcome, { kind: 'lost', at: 'router', reason, frames: [1, 2] });
      });

    it('what may be cut into fragments is not too big', () => {
      const { arrival } = syn(withPort(dr, 'router', 'inside', { mtu: SYN_BYTES - 1 }), 0, (step) => {
        step.ends = true;
        step.spoil = (bytes) => {
          // DF is one bit less, so the checksum (no carry here) has it more.
          bytes[20]! ^= 0x40;
          bytes[24]! += 0x40;
        };
      });
      assert.equal(arrival.reason, 'not-forwarded');
    });

    it('what it says of it is why, before anything that the plan has', () => {
      for (const [type, code, reason] of [
        [11, 0, 'ttl-expired'],
        [3, 1, 'host-unreachable'],
        [3, 13, 'prohibited'],
        [12, 0, 'icmp-error'],
      ] as const) {
        const { arrival } = syn(dr, 0, ends, (story) =>
          story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', type, code),
        );
        assert.deepEqual(arrival, { fate: 'dropped', reason });
      }
    });
  });

  describe('at a server', () => {
    const twoWays = withNode(dr, 'rs1', {
      interfaces: [
        ...dr.nodes.find(({ name }) => name === 'rs1')!.interfaces,
        {
          ...dr.nodes.find(({ name }) => name === 'client')!.interfaces[0]!,
          address: ip('10.0.1.11'),
          mac: asMac(0x0200_0000_9911),
        },
      ],
    });
    const without = (plan: Plan) => withNode(plan, 'rs1', { loopback: [] });
    const strictTun = withSysctl(tun, 'rs1', { rp_filter: 1 });
    const looseTun = withSysctl(tun, 'rs1', { rp_filter: 0 });
    const rows: readonly (readonly [
      name: string,
      plan: Plan,
      fate: Arrival['fate'],
      reason: Arrival['reason'],
      change?: Partial<Step>,
    ])[] = [
      ['that has the VIP', dr, 'accepted', ''],
      ['that has not', without(dr), 'dropped', 'vip-not-local'],
      ['that is not meant', dr, 'dropped', 'not-local', { destination: ip('10.0.2.77') }],
      ['that lets no TCP in', withPort(dr, 'rs1', 'inside', { drop: ['tcp'] }), 'dropped', 'filtered'],
      ['that lets no UDP in', withPort(dr, 'rs1', 'inside', { drop: ['udp'] }), 'accepted', ''],
      [
        'by a header that is wrong',
        dr,
        'dropped',
        'bad-ip-checksum',
        { spoil: (bytes) => (bytes[25]! ^= 1) },
      ],
      [
        'by another interface than its answer leaves by',
        withSysctl(twoWays, 'rs1', { rp_filter: 1 }),
        'dropped',
        'reverse-path-filter',
      ],
      ['the same, and it does not ask', withSysctl(twoWays, 'rs1', { rp_filter: 0 }), 'accepted', ''],
      ['the same, and any way will do', withSysctl(twoWays, 'rs1', { rp_filter: 2 }), 'accepted', ''],
      ['by the way its answer leaves', withSysctl(dr, 'rs1', { rp_filter: 1 }), 'accepted', ''],
      ['out of a tunnel', looseTun, 'unwrapped', ''],
      ['out of a tunnel by which no way leads back', strictTun, 'dropped', 'reverse-path-filter'],
      [
        'out of one that it does not unwrap',
        withNode(tun, 'rs1', { decapsulate: false }),
        'dropped',
        'no-decapsulator',
      ],
      ['out of a tunnel, without the VIP', without(looseTun), 'dropped', 'vip-not-local'],
      ['out of a tunnel, to another', looseTun, 'dropped', 'not-local', { destination: ip('10.0.2.77') }],
      [
        'that lets no tunnel in',
        withPort(looseTun, 'rs1', 'back', { drop: ['ipip'] }),
        'dropped',
        'filtered',
      ],
      [
        'that lets no TCP in but by a tunnel',
        withPort(looseTun, 'rs1', 'back', { drop: ['tcp'] }),
        'unwrapped',
        '',
      ],
    ];
    for (const [name, plan, fate, reason, change] of rows)
      it(`${name}: ${reason || fate}`, () => {
        const { arrival, outcome } = syn(plan, 'all', (step) => Object.assign(step, change));
        assert.deepEqual(arrival, { fate, reason });
        if (fate === 'dropped')
          assert.deepEqual([outcome.kind, 'at' in outcome && outcome.at], ['lost', 'rs1']);
        else assert.deepEqual(outcome, { kind: 'open' });
      });

    it('that has answered, no strict filter can have dropped it', () => {
      for (const plan of [withSysctl(twoWays, 'rs1', { rp_filter: 1 }), strictTun]) {
        const table = plan.model === 'tun' ? tunTable() : drTable();
        const { events } = new Story(plan).talk(table, ['syn', 'syn-ack']);
        // Also when it was judged before the answer was seen.
        for (const pauses of [[], [...events.keys()]]) {
          const { journeys } = reportOfEvents(plan, events, 'embedded', pauses);
          assert.equal(journeys[0]!.outcome, 'arrived');
        }
      }
    });

    it('that sends a reset: a SYN is refused, anything else has no connection', () => {
      for (const [name, reason] of [
        ['syn', 'connection-refused'],
        ['ack', 'no-such-connection'],
      ] as const) {
        const [first] = reportOf(new Story(dr).talk(drTable(), [name, 'rst'])).journeys;
        assert.deepEqual(first!.hops.at(-1)!.arrival, { fate: 'answered', reason });
      }
    });

    it('that says so by ICMP', () => {
      const { arrival, outcome } = syn(
        dr,
        2,
        () => undefined,
        (story) =>
          story
            .icmpError('rs1', 'router', 'inside', '10.0.2.11', '10.0.1.10', 3, 3)
            .icmpError('router', 'client', 'outside', '10.0.2.11', '10.0.1.10', 3, 3),
      );
      assert.deepEqual(arrival, { fate: 'dropped', reason: 'port-unreachable' });
      assert.notEqual(outcome.kind, 'open');
    });
  });

  describe('at the director, by its own word', () => {
    const rows: readonly (readonly [
      decision: Partial<Decision>,
      fate: Arrival['fate'],
      reason: Arrival['reason'],
    ])[] = [
      [{ relation: 'caused-error', rule: 'ttl' }, 'dropped', 'ttl-expired'],
      [{ relation: 'caused-error', rule: 'mtu' }, 'dropped', 'too-big'],
      [{ relation: 'caused-error', rule: 'schedule' }, 'dropped', 'no-server'],
      [{ relation: 'caused-error', rule: 'neighbour' }, 'dropped', 'neighbour-unreachable'],
      [{ relation: 'caused-error', rule: 'no-service' }, 'dropped', 'no-service'],
      [{ relation: 'caused-error', rule: 'no-entry' }, 'dropped', 'no-entry'],
      [{ relation: 'caused-error', rule: 'established' }, 'dropped', 'icmp-error'],
      [{ relation: 'caused-error', rule: 'ttl', reason: 'no-route' }, 'dropped', 'no-route'],
      [{ relation: 'dropped', rule: 'schedule', reason: 'table-full' }, 'dropped', 'table-full'],
      [{ relation: 'dropped', rule: 'schedule' }, 'dropped', 'not-ours'],
      [{ relation: 'answered', rule: 'no-service' }, 'answered', 'no-service'],
      [{ relation: 'answered', rule: 'no-entry' }, 'answered', 'no-entry'],
      [{ relation: 'answered', rule: 'ping-vip' }, 'answered', ''],
      [{ relation: 'held', rule: 'neighbour' }, 'held', ''],
      [{ relation: 'consumed', rule: 'icmp-error' }, 'accepted', ''],
      [{ relation: 'originated', rule: 'expire' }, 'accepted', ''],
    ];
    for (const [decision, fate, reason] of rows)
      it(`${decision.relation} by ${decision.rule}: ${fate} ${reason}`, () => {
        const { arrival } = syn(dr, 1, (step) => Object.assign(step, { ends: true, decision }));
        assert.deepEqual(arrival, { fate, reason });
      });

    it('of which nothing was told, it is only known that it was not sent on', () => {
      const { arrival, outcome } = syn(dr, 1, ends);
      assert.deepEqual(arrival, { fate: 'dropped', reason: 'not-forwarded' });
      assert.deepEqual(outcome, { kind: 'lost', at: 'director', reason: 'not-forwarded', frames: [3, 4] });
    });

    it('what it says is not its own may be its kernel’s: of the node’s own addresses', () => {
      const decision = { relation: 'dropped', rule: 'not-ours', reason: 'not-ours' } as const;
      for (const [destination, fate, reason] of [
        ['10.0.2.2', 'accepted', ''],
        ['10.0.2.77', 'dropped', 'not-ours'],
      ] as const) {
        const { arrival } = syn(dr, 'all', (step) => {
          step.destination = ip(destination);
          if (step.leg === 1) Object.assign(step, { ends: true, decision });
        });
        assert.deepEqual(arrival, { fate, reason });
      }
    });

    it('says all that the decision says', () => {
      const decision = {
        rule: 'schedule',
        service: 'web',
        server: 'rs1',
        connection: 7,
        detail: 'rr: #1',
      } as const;
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => {
        if (step.leg === 1)
          Object.assign(step, {
            ends: true,
            decision: { ...decision, relation: 'dropped', reason: 'table-full' },
          });
      });
      const [journey] = reportOf(story).journeys;
      assert.deepEqual(journey!.hops.at(-1)!.arrival, { fate: 'dropped', reason: 'table-full', decision });
    });
  });

  it('of a protocol that no node has a part in, nobody takes it', () => {
    const story = new Story(dr);
    const [to, from] = ['director', 'router'].map((name) => dr.nodes.find((node) => node.name === name)!);
    const macs = [to, from].map((node) => node!.interfaces.find(({ segment }) => segment === 'inside')!.mac);
    // LLDP (IEEE 802.1AB).
    const bytes = new Uint8Array(60);
    for (const [place, mac] of macs.entries())
      for (let byte = 0; byte < 6; byte++) bytes[place * 6 + byte] = (mac / 2 ** (40 - 8 * byte)) & 0xff;
    bytes.set([0x88, 0xcc], 12);
    story.frame('router', 'director', 'inside', bytes);
    assert.deepEqual(endingOf(story).arrival, { fate: 'ignored', reason: '' });
  });

  describe('a question about an address', () => {
    const fates = (story: Story) =>
      reportOf(story).journeys.flatMap(({ hops }) =>
        hops.map(({ to, arrival }) => [to, arrival.fate, arrival.reason]),
      );

    it('is answered, ignored by others, and the answer taken', () => {
      assert.deepEqual(fates(new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1')), [
        ['director', 'ignored', ''],
        ['rs1', 'answered', ''],
        ['rs2', 'ignored', ''],
        ['router', 'accepted', ''],
      ]);
    });

    it('that its owner does not answer is told, but not of a VIP, which must be kept hidden', () => {
      assert.deepEqual(fates(new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11')), [
        ['director', 'ignored', ''],
        ['rs1', 'ignored', 'no-arp-reply'],
        ['rs2', 'ignored', ''],
      ]);
      const vip = fates(new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.100'));
      assert.deepEqual(
        vip.filter(([to]) => to !== 'director'),
        [
          ['rs1', 'ignored', ''],
          ['rs2', 'ignored', ''],
        ],
      );
    });

    it('that comes to nobody', () => {
      const story = new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11');
      story.events.splice(1);
      assert.deepEqual(fates(story), [['', 'lost', 'no-receiver']]);
    });
  });
});

describe('what an ICMP error says', () => {
  for (const [type, code, reason] of [
    [3, 0, 'network-unreachable'],
    [3, 1, 'host-unreachable'],
    [3, 2, 'protocol-unreachable'],
    [3, 3, 'port-unreachable'],
    [3, 4, 'too-big'],
    [3, 5, 'prohibited'],
    [3, 13, 'prohibited'],
    [11, 0, 'ttl-expired'],
    [11, 1, 'ttl-expired'],
    [12, 0, 'icmp-error'],
    [4, 0, 'icmp-error'],
  ] as const)
    it(`${type}/${code}: ${reason}`, () => assert.equal(unreachableReason(type, code), reason));
});
