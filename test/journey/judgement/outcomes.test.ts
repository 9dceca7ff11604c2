import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Flow, FlowOutcome } from '../../../src/journey/report.ts';
import { makeTranslate } from '../../support/translate.ts';
import type { RequestEnd } from '../../../src/lab/events.ts';
import { fillPacketChecksums } from '../../../src/packet/checksum.ts';
import { setTotalLength } from '../../../src/packet/ipv4.ts';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { ask } from '../asking.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story, whole, type PacketName, type Tamper } from '../oracle.ts';
import { drText, ip, planOf } from '../plans.ts';

const dr = planOf(drText);
const lostAt =
  (name: PacketName, leg: number): Tamper =>
  (step) => {
    step.lost = step.name === name && step.leg === leg;
  };

function only(story: Story): Flow {
  const { flows } = reportOf(story);
  assert.equal(flows.length, 1);
  return flows[0]!;
}

/** A plain event, so long after the last frame. */
function after(story: Story, ns: number): Story {
  const { timeNs } = story.events.at(-1)!;
  story.events.push({ kind: 'node', timeNs: timeNs + ns, node: 'client', state: 'running' });
  return story;
}

describe('how a flow did', () => {
  it('is lost where the only answer came to a client that listened no more, though nobody says who asked', () => {
    const text = drText
      .replace('port: 80,', 'port: 80, protocol: udp,')
      .replace(/rs(\d): .*/g, (server) =>
        server.replace(/inside: (\S+)/, 'inside: { address: $1, delay: 300ms }'),
      );
    // One datagram, and one in fragments, of which only one bears what became of it.
    for (const response of [10, 4000]) {
      const traffic = `{ from: client, protocol: udp, count: 1, timeout: 100ms, response: ${response} }`;
      const plan = planOf(`${text}\ntraffic: [${traffic}]\n`);
      const { events } = runLab(plan);
      const untold = events.filter(({ kind }) => kind !== 'request');
      const flow = reportOf({ plan, events: untold }).flows.find(({ kind }) => kind === 'udp')!;
      const { outcome } = flow;
      assert.ok(outcome.kind === 'lost', String(response));
      assert.deepEqual([outcome.at, outcome.reason], ['client', 'client-gave-up']);
    }
  });

  describe('while its last frame may be under way, is open', () => {
    /** The link of router and director delays by so much on its way out of either. */
    const delayed = (node: 'router' | 'director', delayNs: number): Plan => ({
      ...dr,
      nodes: dr.nodes.map((one) =>
        one.name === node
          ? { ...one, interfaces: one.interfaces.map((port) => ({ ...port, delayNs })) }
          : one,
      ),
    });
    const PATIENCE_NS = 5e6;
    const rows: readonly (readonly [name: string, plan: Plan, ns: number])[] = [
      ['on a quick link for five milliseconds', dr, PATIENCE_NS],
      ['on a slow one for twice its delay more', delayed('router', 30e6), PATIENCE_NS + 60e6],
      ['whatever the other end delays', delayed('director', 30e6), PATIENCE_NS],
    ];
    for (const [name, plan, ns] of rows)
      it(name, () => {
        const sent = () => new Story(plan).talk(drTable(), ['syn'], lostAt('syn', 1));
        assert.deepEqual(only(after(sent(), ns)).outcome, { kind: 'open' });
        assert.deepEqual(only(after(sent(), ns + 1)).outcome, {
          kind: 'lost',
          at: 'router',
          reason: 'not-received',
          frames: [3],
        });
      });

    it('when a router has it, from when it came there', () => {
      const sent = () => new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
      assert.deepEqual(only(after(sent(), PATIENCE_NS)).outcome, { kind: 'open' });
      assert.equal(only(after(sent(), PATIENCE_NS + 1)).outcome.kind, 'lost');
    });

    it('until somebody tells that time went on', () => {
      const builder = builderOf(dr);
      builder.add(new Story(dr).talk(drTable(), ['syn'], lostAt('syn', 1)).events);
      assert.equal(builder.report().flows[0]!.outcome.kind, 'open');
      builder.add([{ kind: 'node', timeNs: 2e9, node: 'client', state: 'running' }]);
      assert.equal(builder.report().flows[0]!.outcome.kind, 'lost');
    });
  });

  describe('where not all was recorded', () => {
    it('is open, and says that it was not captured', () => {
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
      const captured = new Set(['client.outside', 'router.outside']);
      const builder = builderOf(dr, captured);
      builder.add(after(story, 1e9).events);
      assert.deepEqual(builder.report().flows[0]!.outcome, { kind: 'open', reason: 'not-captured' });
    });

    it('loses nothing, and is answered when an answer is there', () => {
      for (const [names, kind] of [
        [['syn'], 'open'],
        [['syn', 'syn-ack', 'ack', 'get', 'ok'], 'answered'],
      ] as const) {
        const story = new Story(dr);
        story.events.push({
          kind: 'capture',
          timeNs: 1,
          node: 'router',
          segment: 'inside',
          detail: 'counters',
        });
        story.talk(drTable(), names, lostAt('syn', 1));
        const { partial, outcome } = only(after(story, 1e9));
        assert.deepEqual([partial, outcome], ['capture', { kind }]);
      }
    });

    it('also when that is told after it was taken for lost', () => {
      const builder = builderOf(dr);
      const story = new Story(dr).talk(drTable(), ['syn'], lostAt('syn', 1));
      builder.add(after(story, 0.1e9).events);
      assert.equal(builder.report().flows[0]!.outcome.kind, 'lost');
      builder.add([
        { kind: 'capture', timeNs: 0.2e9, node: 'router', segment: 'inside', detail: 'counters' },
      ]);
      const [flow] = builder.report().flows;
      assert.deepEqual([flow!.partial, flow!.outcome], ['capture', { kind: 'open' }]);
    });
  });

  describe('of a question about an address', () => {
    const question = () => new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11');
    const unanswered: FlowOutcome = { kind: 'lost', at: 'router', reason: 'no-arp-reply', frames: [1, 3] };

    it('is answered when the answer came, and nobody is its server', () => {
      const flow = only(new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1'));
      assert.deepEqual(flow.outcome, { kind: 'answered' });
      assert.equal(flow.server, undefined);
    });

    it('is lost for who asked, also when an answer was sent', () => {
      const { outcome } = only(question());
      assert.ok(outcome.kind === 'lost');
      assert.deepEqual([outcome.at, outcome.reason], ['router', 'no-arp-reply']);
      const story = new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1');
      story.events.pop();
      const lost = only(story).outcome;
      assert.ok(lost.kind === 'lost');
      assert.deepEqual([lost.at, lost.reason], [unanswered.at, unanswered.reason]);
    });

    it('is open when it is an announcement', () => {
      const { outcome } = only(new Story(dr).arp('inside', 'router', '10.0.2.1', '10.0.2.1'));
      assert.deepEqual(outcome, { kind: 'open' });
    });

    it('is not to be known where who asked was not captured', () => {
      const builder = builderOf(dr, new Set(['rs1.inside', 'rs2.inside', 'director.inside']));
      builder.add(question().events.slice(1));
      assert.deepEqual(builder.report().flows[0]!.outcome, { kind: 'open', reason: 'not-captured' });
    });
  });

  it('names for its server whoever answered from an address of its own, or as the director from the VIP', () => {
    for (const [traffic, server] of [
      ['port: 80', { node: 'rs1', address: '10.0.2.11', port: 80 }],
      ['to: 10.0.1.1', { node: 'router', address: '10.0.1.1', port: 80 }],
      ['protocol: icmp', { node: 'director', address: '10.0.2.2' }],
    ] as const) {
      const { flows } = reportOf(
        runLab(planOf(`${drText}\ntraffic: [{ from: client, count: 1, ${traffic} }]\n`)),
      );
      assert.deepEqual(flows.find(({ kind }) => kind !== 'arp')?.server, server);
    }
  });

  it('names for its server who took the request, when nobody has answered yet', () => {
    const flow = only(new Story(dr).talk(drTable(), ['syn']));
    assert.deepEqual(
      [flow.outcome.kind, flow.server],
      ['open', { node: 'rs1', address: '10.0.2.11', port: 80 }],
    );
  });

  describe('names the packet that went wrong', () => {
    it('an answer that is lost on its way back, at the last that had it', () => {
      const story = new Story(dr).talk(drTable(), ['syn', 'syn-ack'], lostAt('syn-ack', 1));
      const { outcome, server } = only(after(story, 1e9));
      assert.ok(outcome.kind === 'lost');
      assert.deepEqual([outcome.at, outcome.reason, server?.node], ['router', 'not-received', 'rs1']);
    });

    it('not the error about it, which was lost too', () => {
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
      story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 11, 0);
      story.events.pop();
      const { outcome } = only(after(story, 1e9));
      assert.deepEqual(outcome, { kind: 'lost', at: 'router', reason: 'ttl-expired', frames: [1, 2] });
    });

    it('the error itself, where it is all that went wrong', () => {
      const story = new Story(dr).talk(drTable(), ['syn']);
      story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 3, 10);
      story.events.pop();
      const { outcome } = only(after(story, 1e9));
      assert.ok(outcome.kind === 'lost');
      assert.deepEqual([outcome.at, outcome.reason], ['router', 'not-received']);
    });

    it('no more after either side has said that it was done', () => {
      const talked: readonly PacketName[] = ['syn', 'syn-ack', 'ack', 'get', 'ok'];
      for (const [fin, lost] of [
        ['fin', 'ack-get'],
        ['fin-ack', 'last-ack'],
      ] as const) {
        const story = new Story(dr).talk(drTable(), [...talked, fin, lost], lostAt(lost, 1));
        assert.deepEqual(only(after(story, 1e9)).outcome, { kind: 'answered' }, fin);
      }
    });

    it('the last of several', () => {
      const story = new Story(dr).talk(drTable(), ['syn'], lostAt('syn', 0));
      story.nowNs += 1e9;
      story.talk(drTable(), ['syn'], lostAt('syn', 2));
      const { outcome } = only(after(story, 1e9));
      assert.ok(outcome.kind === 'lost');
      assert.equal(outcome.at, 'director');
    });

    it('of a response that broke off, by a reset or in silence', () => {
      const talked: readonly PacketName[] = ['syn', 'syn-ack', 'ack', 'get', 'ok'];
      assert.deepEqual(only(new Story(dr).talk(drTable(), talked)).outcome, { kind: 'answered' });
      assert.deepEqual(only(new Story(dr).talk(drTable(), [...talked, 'rst'])).outcome, {
        kind: 'refused',
        by: 'rs1',
        reason: 'reset-by-server',
        frames: [27, 28],
      });
      const cut = after(new Story(dr).talk(drTable(), [...talked, 'ack-ok'], lostAt('ack-ok', 1)), 1e9);
      assert.equal(only(cut).outcome.kind, 'lost');
      // After a FIN, it does not matter any more.
      const done = new Story(dr).talk(drTable(), [...talked, 'fin-ack', 'last-ack'], lostAt('last-ack', 1));
      assert.deepEqual(only(after(done, 1e9)).outcome, { kind: 'answered' });
    });
  });

  it('cannot be told where two connections share the port by which the director knows them', () => {
    const { outcome } = only(
      new Story(dr).talk(drTable(), ['syn'], (step) => {
        step.ends = step.leg === 1;
        if (step.ends) step.decision = { relation: 'dropped', rule: 'reply', reason: 'ambiguous-port' };
      }),
    );
    assert.deepEqual(outcome, { kind: 'ambiguous', candidates: 2 });
  });

  describe('refused', () => {
    const rows: readonly (readonly [type: number, code: number, reason: string | undefined])[] = [
      [3, 0, undefined],
      [3, 1, undefined],
      [3, 2, 'protocol-unreachable'],
      [3, 3, 'port-unreachable'],
      [3, 4, undefined],
      [3, 8, undefined],
      [3, 9, 'prohibited'],
      [3, 13, 'prohibited'],
      [11, 3, undefined],
    ];
    for (const [type, code, reason] of rows)
      it(`by ICMP ${type}/${code}: ${reason ?? 'no, lost'}`, () => {
        const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
        story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', type, code);
        const { outcome } = only(after(story, 1e9));
        if (reason) assert.deepEqual(outcome, { kind: 'refused', by: 'router', reason, frames: [3, 4] });
        else assert.equal(outcome.kind, 'lost');
      });

    it('by no error that does not say what it is about', () => {
      const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0));
      story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 3, 3);
      // Both captures of it, without the quote: the header's length says so, and its checksum with it.
      for (const event of story.events.slice(-2)) {
        assert.ok(event.kind === 'frame');
        setTotalLength(event.bytes, 14, 28);
        fillPacketChecksums(event.bytes, 14, event.bytes.length);
      }
      const { flows } = reportOf(after(story, 1e9));
      assert.deepEqual(
        flows.map(({ kind, outcome }) => [kind, outcome.kind]),
        [
          ['tcp', 'lost'],
          ['icmp', 'open'],
        ],
      );
    });

    it('by its server, once that had taken the connection', () => {
      const story = new Story(dr).talk(drTable(), ['syn', 'syn-ack', 'ack', 'rst']);
      const { outcome } = only(story);
      assert.deepEqual(outcome.kind === 'refused' && [outcome.by, outcome.reason], [
        'rs1',
        'reset-by-server',
      ]);
    });

    it('only when the client heard it', () => {
      const heard = new Story(dr).talk(drTable(), ['syn', 'rst']);
      assert.deepEqual(only(heard).outcome, {
        kind: 'refused',
        by: 'rs1',
        reason: 'connection-refused',
        frames: [7, 8],
      });
      const unheard = new Story(dr).talk(drTable(), ['syn', 'rst'], lostAt('rst', 1));
      assert.equal(only(after(unheard, 1e9)).outcome.kind, 'lost');
    });

    it('by the client itself: what comes from a stranger, or what it does not want any more', () => {
      const reset: Tamper = (step) => {
        if (step.name === 'fin') step.flags = 4;
      };
      const own = only(new Story(dr).talk(drTable(), ['syn', 'syn-ack', 'fin'], reset)).outcome;
      assert.ok(own.kind === 'refused');
      assert.deepEqual([own.by, own.reason], ['client', 'reset-by-client']);
      const strange = new Story(dr).talk(drTable(), ['syn', 'syn-ack'], (step) => {
        if (step.direction === 'reply') step.source = ip('10.0.2.11');
      });
      strange.talk(drTable(), ['fin'], (step) => {
        step.flags = 4;
        step.destination = ip('10.0.2.11');
        step.ends = step.leg === 0;
      });
      const flow = reportOf(strange).flows[0]!.outcome;
      assert.ok(flow.kind === 'refused');
      assert.deepEqual([flow.by, flow.reason], ['client', 'reply-from-stranger']);
    });
  });

  describe('by the word of its client', () => {
    const talked: readonly PacketName[] = ['syn', 'syn-ack', 'ack', 'get', 'ok'];
    const told = (end: RequestEnd | undefined, names = whole, tamper?: Tamper) =>
      only(
        ask(after(new Story(dr).talk(drTable(), names, tamper), 1e9), { ...(end && { end }), endNs: 3e9 }),
      );

    it('is answered, whatever frames show', () => {
      assert.deepEqual(told({ outcome: 'answered' }).outcome, { kind: 'answered' });
      assert.deepEqual(told({ outcome: 'answered' }, ['syn'], lostAt('syn', 1)).outcome, {
        kind: 'answered',
      });
    });

    it('is open before its end, though an answer came, and lost where frames show it', () => {
      assert.deepEqual(told(undefined).outcome, { kind: 'open' });
      assert.equal(told(undefined, ['syn'], lostAt('syn', 1)).outcome.kind, 'lost');
    });

    it('is partial, with the place where frames show one', () => {
      const end: RequestEnd = { outcome: 'partial', bytes: 3, ofBytes: 4 };
      assert.deepEqual(told(end).outcome, { kind: 'partial', bytes: 3, ofBytes: 4, frames: [] });
      assert.deepEqual(told({ outcome: 'partial' }).outcome, { kind: 'partial', bytes: 0, frames: [] });
      const { outcome } = told(end, [...talked, 'ack-ok'], lostAt('ok', 1));
      assert.ok(outcome.kind === 'partial');
      assert.deepEqual([outcome.at, outcome.reason], ['router', 'not-received']);
      assert.equal(outcome.frames.length, 1);
      const reset = told(end, [...talked, 'rst']).outcome;
      assert.ok(reset.kind === 'partial');
      assert.deepEqual([reset.at, reset.reason], ['rs1', 'reset-by-server']);
      assert.equal(reset.frames.length, 2);
    });

    it('is cut with the run, or lost for it gave up, where frames show nothing', () => {
      assert.deepEqual(told({ outcome: 'cut' }, talked).outcome, { kind: 'open', reason: 'cut' });
      assert.deepEqual(told({ outcome: 'timed-out' }, talked).outcome, {
        kind: 'lost',
        at: 'client',
        reason: 'client-gave-up',
        frames: [],
      });
      assert.deepEqual(told({ outcome: 'refused' }, talked).outcome, { kind: 'open' });
      assert.equal(told({ outcome: 'timed-out' }, ['syn'], lostAt('syn', 1)).outcome.kind, 'lost');
    });

    it('is not refused by the reset of a client that had given up', () => {
      const reset: Tamper = (step) => {
        if (step.name === 'fin') step.flags = 4;
      };
      const names: readonly PacketName[] = ['syn', 'syn-ack', 'fin'];
      const { outcome } = told({ outcome: 'timed-out' }, names, reset);
      assert.deepEqual(outcome, { kind: 'lost', at: 'client', reason: 'client-gave-up', frames: [] });
      assert.equal(told({ outcome: 'refused' }, names, reset).outcome.kind, 'refused');
    });
  });
});

function builderOf(plan: Plan, capturePoints?: ReadonlySet<string>): JourneyBuilder {
  return new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '',
    translate: makeTranslate('en'),
    ...(capturePoints && { capturePoints }),
  });
}
