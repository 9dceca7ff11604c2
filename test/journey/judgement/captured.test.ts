import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import type { FrameEvent } from '../../../src/lab/events.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { buildIcmpEcho, buildTcp } from '../../../src/packet/build.ts';
import { makeTranslate } from '../../support/translate.ts';
import { dnatTable, drTable, Story, tunTable, type PacketName, type Tamper } from '../oracle.ts';
import { dnatText, drText, ip, macOf, planOf, tunText, withPort } from '../plans.ts';

const [dr, tun, dnat] = [drText, tunText, dnatText].map(planOf) as [Plan, Plan, Plan];
const SYN_BYTES = 40;

const pointsOf = ({ nodes }: Plan, ...but: readonly string[]) =>
  new Set(
    nodes
      .flatMap(({ name, interfaces }) => interfaces.map(({ segment }) => `${name}.${segment}`))
      .filter((point) => !but.includes(point)),
  );

interface Recorded {
  readonly engine?: Report['engine'];
  /** Where the recorder says that it missed nothing. */
  readonly whole?: ReadonlySet<string>;
  /** Where it was recorded; everywhere, when left out. */
  readonly points?: ReadonlySet<string>;
}

/** A second later, without a forwarder's word. */
function report(
  { plan, events }: Story,
  { engine = 'capture', whole: wholePoints, points }: Recorded = {},
): Report {
  const builder = new JourneyBuilder(plan, {
    ...{ engine, startedAt: '', translate: makeTranslate('en') },
    ...(wholePoints && { wholePoints }),
    ...(points && { capturePoints: points }),
  });
  const timeNs = events.at(-1)!.timeNs + 1e9;
  builder.add(events.filter(({ kind }) => kind !== 'decision'));
  builder.add([{ kind: 'node', timeNs, node: 'client', state: 'running' }]);
  return builder.report();
}

/** How the first packet ended, of questions about addresses apart. */
function endOf(story: Story, recorded?: Recorded): readonly [fate: string, reason: string] {
  const { hops } = report(story, recorded).journeys.find(({ kind }) => !kind.startsWith('arp'))!;
  const { fate, reason } = hops.at(-1)!.arrival;
  return [fate, reason];
}

/** A story whose router and director have recorded something. */
function awake(plan: Plan): Story {
  const { segment } = plan.nodes.find(({ name }) => name === 'director')!.interfaces[0]!;
  return new Story(plan)
    .arp('outside', 'client', '10.0.1.10', '10.0.1.1', 'router')
    .arp(segment, 'router', '10.0.2.1', '10.0.2.2', 'director');
}

const lostAt =
  (name: PacketName, leg: number): Tamper =>
  (step) => {
    step.lost = step.name === name && step.leg === leg;
  };

describe('in a capture, how a packet arrived', () => {
  it('that no record shows coming is lost where its recorder missed nothing, or the plan tells why', () => {
    const rows: readonly (readonly [name: string, plan: Plan, without: string, withAll: string])[] = [
      ['on a sound link', dr, 'not-recorded', 'not-received'],
      ['on one that loses', withPort(dr, 'router', 'inside', { loss: 0.1 }), 'not-recorded', 'link-loss'],
      [
        'to one that is down',
        withPort(dr, 'director', 'inside', { down: true }),
        'interface-down',
        'interface-down',
      ],
      ['too long', withPort(dr, 'director', 'inside', { mtu: SYN_BYTES - 1 }), 'over-mtu', 'over-mtu'],
    ];
    for (const [name, plan, without, withAll] of rows) {
      const story = () => new Story(plan).talk(drTable(), ['syn'], lostAt('syn', 1));
      const fate = without === 'not-recorded' ? 'unseen' : 'lost';
      assert.deepEqual(endOf(story()), [fate, without], name);
      assert.deepEqual(endOf(story(), { whole: pointsOf(plan) }), ['lost', withAll], name);
    }
  });

  it('that no record shows going on was kept where that is proven, or the router had a reason', () => {
    const rows: readonly (readonly [
      name: string,
      plan: Plan,
      ttl: number,
      without: string,
      withAll: string,
    ])[] = [
      ['for no reason', dr, 64, 'not-recorded', 'not-forwarded'],
      [
        'by a link that loses',
        withPort(dr, 'router', 'inside', { loss: 0.1 }),
        64,
        'not-recorded',
        'link-loss',
      ],
      ['at its last hop', dr, 1, 'ttl-expired', 'ttl-expired'],
    ];
    for (const [name, plan, ttl, without, withAll] of rows) {
      const story = () =>
        awake(plan).talk(drTable(), ['syn'], (step) => Object.assign(step, { ttl, ends: true }));
      const fate = without === 'not-recorded' ? 'unseen' : 'dropped';
      assert.deepEqual(endOf(story()), [fate, without], name);
      assert.deepEqual(endOf(story(), { whole: pointsOf(plan) }), ['dropped', withAll], name);
    }
  });

  it('is not known where its way out was not recorded: a router’s by its routes, a forwarder’s any', () => {
    const keeps = (plan: Plan, leg: number) =>
      awake(plan).talk(plan === tun ? tunTable() : dnatTable(), ['syn'], (step) => {
        step.ends = step.leg === leg;
      });
    for (const [plan, leg, missing, end] of [
      [tun, 0, 'router.front', ['unseen', 'not-captured']],
      [tun, 0, 'router.back', ['dropped', 'not-forwarded']],
      [dnat, 1, 'director.inside', ['unseen', 'not-captured']],
      [dnat, 1, 'rs1.inside', ['dropped', 'not-forwarded']],
    ] as const)
      assert.deepEqual(
        endOf(keeps(plan, leg), { engine: 'embedded', points: pointsOf(plan, missing) }),
        end,
        missing,
      );
  });

  it('without a header that can be read is broken, unless no more of it was captured', () => {
    const cut = (originalLength: number) => {
      const story = new Story(dr).talk(drTable(), ['syn']);
      // The first leg alone, its header in halves.
      const events = story.events.slice(0, 2).map((event) => {
        assert.ok(event.kind === 'frame');
        return { ...event, bytes: event.bytes.slice(0, 24), originalLength };
      });
      return Object.assign(new Story(dr), { events });
    };
    assert.deepEqual(endOf(cut(24)), ['dropped', 'malformed']);
    assert.deepEqual(endOf(cut(54)), ['unseen', 'not-recorded']);
    for (const length of [24, 54])
      assert.deepEqual(endOf(cut(length), { engine: 'embedded' }), ['dropped', 'malformed']);
  });

  describe('at a director whose word is missing', () => {
    const complaining = (type: number, code: number) => {
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 1));
      return story.icmpError('director', 'router', 'inside', '10.0.2.2', '10.0.1.10', type, code);
    };

    it('is told by the error that it sent', () => {
      for (const [type, code, reason] of [
        [11, 0, 'ttl-expired'],
        [3, 4, 'too-big'],
        [3, 13, 'prohibited'],
      ] as const)
        assert.deepEqual(endOf(complaining(type, code)), ['dropped', reason]);
      assert.deepEqual(endOf(complaining(3, 13), { engine: 'embedded' }), ['dropped', 'not-forwarded']);
    });

    it('of a ping of its VIP is that it took it, and answered if it did', () => {
      const ping = (operation: 'request' | 'reply', there: boolean, vip = '10.0.2.100') =>
        buildIcmpEcho({
          ethernet: {
            source: macOf(dr, there ? 'router' : 'director', 'inside'),
            destination: macOf(dr, there ? 'director' : 'router', 'inside'),
          },
          ip: there
            ? { source: ip('10.0.1.10'), destination: ip(vip), id: 7 }
            : { source: ip(vip), destination: ip('10.0.1.10'), id: 8 },
          icmp: { operation, identifier: 5, sequence: 1 },
        });
      const asked = (vip?: string) => {
        const story = awake(dr);
        story.frame('router', 'director', 'inside', ping('request', true, vip));
        return story;
      };
      const answered = asked();
      answered.frame('director', 'router', 'inside', ping('reply', false));
      const recorded = { whole: pointsOf(dr) };
      assert.deepEqual(endOf(asked(), recorded), ['accepted', '']);
      assert.deepEqual(endOf(answered, recorded), ['answered', '']);
      assert.deepEqual(endOf(asked(), { engine: 'embedded' }), ['dropped', 'not-forwarded']);
      assert.deepEqual(endOf(asked('10.0.2.77'), recorded), ['dropped', 'not-forwarded']);
      // A reply nobody asked for is not its own.
      const stray = awake(dr);
      stray.frame('router', 'director', 'inside', ping('reply', true));
      assert.deepEqual(endOf(stray, recorded), ['dropped', 'not-forwarded']);
    });

    it('of a reply to an address that it lends is that it did not pass it on', () => {
      const story = () =>
        new Story(dnat).talk(dnatTable(), ['syn', 'syn-ack'], (step) => {
          step.ends = step.direction === 'reply';
        });
      const ends = (recorded?: Recorded) => {
        const { fate, reason } = report(story(), recorded).journeys[1]!.hops.at(-1)!.arrival;
        return [fate, reason];
      };
      assert.deepEqual(ends(), ['unseen', 'not-recorded']);
      assert.deepEqual(ends({ whole: pointsOf(dnat) }), ['dropped', 'not-forwarded']);
      assert.deepEqual(ends({ engine: 'embedded' }), ['accepted', '']);
    });

    it('of what is for its own address is that it took it', () => {
      const own = new Story(dnat);
      const bytes = buildTcp({
        ethernet: { source: macOf(dnat, 'router', 'middle'), destination: macOf(dnat, 'director', 'middle') },
        ip: { source: ip('10.0.1.10'), destination: ip('10.0.2.2'), id: 9 },
        tcp: { sourcePort: 40001, destinationPort: 22, flags: 2, sequence: 5 },
      });
      own.frame('router', 'director', 'middle', bytes);
      assert.deepEqual(endOf(own), ['accepted', '']);
    });
  });
});

describe('in a capture, how a flow did', () => {
  const flowOf = (story: Story, recorded?: Recorded) => {
    const { flows } = report(story, recorded);
    assert.equal(flows.length, 1);
    return flows[0]!.outcome;
  };
  const talked: readonly PacketName[] = ['syn', 'syn-ack', 'ack', 'get', 'ack-get', 'ok'];
  const answer = (length: number) => `HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nrs1\n`;
  const saying =
    (payload: string, more?: Tamper): Tamper =>
    (step) => {
      if (step.name === 'ok') step.payload = payload;
      more?.(step);
    };

  describe('that broke off, by what its head says', () => {
    const short = (names: readonly PacketName[], more?: Tamper, recorded?: Recorded) =>
      flowOf(new Story(dr).talk(drTable(), names, saying(answer(9), more)), recorded);

    it('is answered in part, where nobody tells what was asked', () => {
      assert.deepEqual(short(talked), { kind: 'partial', bytes: 4, ofBytes: 9, frames: [] });
      assert.deepEqual(short(talked, undefined, { engine: 'embedded' }), { kind: 'answered' });
      assert.deepEqual(flowOf(new Story(dr).talk(drTable(), talked, saying(answer(4)))), {
        kind: 'answered',
      });
      const head = (step: Parameters<Tamper>[0]) => {
        if (step.name === 'get') step.payload = 'HEAD / HTTP/1.1\r\n\r\n';
      };
      assert.deepEqual(short(talked, head), { kind: 'answered' });
    });

    it('says who refused the rest, or where it was lost', () => {
      const refused = short([...talked, 'rst']);
      assert.ok(refused.kind === 'partial');
      assert.deepEqual([refused.at, refused.reason, refused.frames.length], ['rs1', 'reset-by-server', 2]);
      const lost = short([...talked, 'fin-ack'], lostAt('fin-ack', 1), { whole: pointsOf(dr) });
      assert.ok(lost.kind === 'partial');
      assert.deepEqual([lost.at, lost.reason, lost.frames.length], ['router', 'not-received', 1]);
    });

    it('need not have, where the rest may have come unrecorded', () => {
      // The rest of it, of which no record shows that the client got it.
      const rest = (story: Story) =>
        story.talk(drTable(), ['ok'], (step) => {
          step.payload = 'xxxxx';
          step.sequence += answer(9).length;
          step.lost = step.leg === 1;
        });
      const story = new Story(dr).talk(drTable(), talked, saying(answer(9)));
      assert.deepEqual(flowOf(rest(story)), { kind: 'answered' });
      // What carries nothing is no rest.
      assert.equal(short([...talked, 'fin-ack'], lostAt('fin-ack', 1)).kind, 'partial');
    });
  });

  it('is not known where what was lost may have come again unrecorded', () => {
    const twice = () => {
      const story = new Story(dr).talk(drTable(), ['syn'], lostAt('syn', 1));
      story.nowNs += 1e9;
      return story.talk(drTable(), ['syn'], lostAt('syn', 0));
    };
    const recorded = { whole: new Set(['director.inside']) };
    assert.deepEqual(
      report(twice(), recorded).journeys.map(({ outcome }) => outcome),
      ['lost', 'unseen'],
    );
    assert.deepEqual(flowOf(twice(), recorded), { kind: 'open', reason: 'not-captured' });
    // In a lab nothing is sent again that is not recorded where anything is.
    const points = pointsOf(dr, 'router.outside');
    assert.deepEqual(
      report(twice(), { engine: 'embedded', points }).journeys.map(({ outcome }) => outcome),
      ['lost', 'unseen'],
    );
    assert.equal(flowOf(twice(), { engine: 'embedded', points }).kind, 'lost');
  });

  it('is refused by nobody known, where the refusal was recorded on its way only', () => {
    const refused = (source: string) => {
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
      return story.icmpError('router', 'client', 'outside', source, '10.0.1.10', 3, 3);
    };
    const by = (source: string, engine: Report['engine']) => {
      const { outcome } = report(refused(source), { engine }).flows.find(({ kind }) => kind === 'tcp')!;
      return outcome.kind === 'refused' ? outcome.by : outcome.kind;
    };
    assert.deepEqual([by('10.0.1.1', 'capture'), by('10.0.1.1', 'embedded')], ['router', 'router']);
    assert.deepEqual([by('10.0.2.11', 'capture'), by('10.0.2.11', 'embedded')], ['', 'router']);
  });

  describe('of a question about an address', () => {
    const asked = (times: number, ...answerers: readonly string[]) => {
      const story = new Story(dr);
      for (let time = 0; time < times; time++, story.nowNs += 1e9)
        story.arp('inside', 'router', '10.0.2.1', '10.0.2.11', ...answerers);
      return story;
    };
    const outcome = (story: Story, keep: (frame: FrameEvent) => boolean = () => true) => {
      const events = story.events.filter((event) => event.kind !== 'frame' || keep(event));
      return report(Object.assign(new Story(dr), { events })).flows[0]!.outcome;
    };
    const notCaptured = { kind: 'open', reason: 'not-captured' };

    it('is open until it was asked as often as kernels ask', () => {
      assert.deepEqual(outcome(asked(1)), { kind: 'open' });
      assert.deepEqual(outcome(asked(2)), { kind: 'open' });
      const { kind, ...lost } = outcome(asked(3));
      assert.equal(kind, 'lost');
      assert.ok('at' in lost);
      assert.deepEqual([lost.at, lost.reason], ['router', 'no-arp-reply']);
    });

    it('is not known where the answer, or the question itself, may be missing among the records', () => {
      const isAnswer = ({ bytes }: FrameEvent) => bytes[21] === 2;
      for (const times of [1, 3]) {
        assert.deepEqual(outcome(asked(times, 'rs1')), { kind: 'answered' });
        const unheard = (frame: FrameEvent) => !(isAnswer(frame) && frame.direction === 'in');
        assert.deepEqual(outcome(asked(times, 'rs1'), unheard), notCaptured);
        const heard = ({ direction }: FrameEvent) => direction === 'in';
        assert.deepEqual(outcome(asked(times), heard), notCaptured);
        // An answer alone shows that somebody asked.
        assert.deepEqual(outcome(asked(times, 'rs1'), isAnswer), { kind: 'answered' });
      }
    });
  });
});
