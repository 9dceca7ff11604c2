import assert from 'node:assert/strict';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import { BROADCAST_MAC } from '../../../src/packet/address.ts';
import { buildIcmpEcho, buildUdp } from '../../../src/packet/build.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import { runLab } from '../../lab/embedded/testbed.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { dnatTable, drTable, natTable, Story, tunTable, whole } from '../oracle.ts';
import { dnatText, drText, ip, macOf, natText, planOf, tunText, withNode } from '../plans.ts';

const dr = () => new Story(planOf(drText));
const withoutDecisions = (events: readonly LabEvent[]) => events.filter(({ kind }) => kind !== 'decision');

describe('joining', () => {
  it('is certain by decision and by link, strong through a router', () => {
    const [syn] = reportOf(dr().talk(drTable(), ['syn'])).journeys;
    assert.deepEqual(
      syn!.hops.map(({ confidence }) => confidence),
      ['certain', 'strong', 'certain'],
    );
    assert.equal(syn!.confidence, 'strong');
    assert.deepEqual(
      syn!.hops.map(({ frames }) => frames),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    );
    assert.equal(syn!.hops[2]!.arrival.fate, 'accepted');
    assert.deepEqual(syn!.hops[1]!.arrival.decision, { rule: 'schedule', server: 'rs1', connection: 1 });
  });

  it('of captures without decisions follows what a NAT or a tunnel leaves alone', () => {
    for (const [text, table, sure] of [
      [dnatText, dnatTable(), 'likely'],
      [natText, natTable(), 'likely'],
      [drText, drTable(), 'strong'],
      [tunText, tunTable(), 'strong'],
    ] as const) {
      const story = new Story(planOf(text)).talk(table);
      const report = reportOfEvents(story.plan, withoutDecisions(story.events), 'capture');
      assert.equal(report.flows.length, 1, text);
      assert.equal(report.flows[0]!.outcome.kind, 'answered');
      assert.equal(report.journeys.length, whole.length);
      assert.equal(report.journeys[0]!.confidence, sure);
      assert.ok(report.promises.every(({ verdict }) => verdict !== 'broken'));
    }
  });

  it('marks as ambiguous what two packets could have become, and guesses neither', () => {
    // Two hosts send the same bytes, IP id 0, but for their addresses; what leaves the NAT tells nothing of whose it is.
    const story = new Story(planOf(natText));
    const zeroId = (step: { spoil?: (bytes: Uint8Array) => void }) => {
      step.spoil = (bytes) => bytes.fill(0, 18, 20);
    };
    story.talk(natTable('pc1', 50000, 40001), ['syn'], zeroId);
    story.talk(natTable('pc2', 50000, 40002), ['syn'], zeroId);
    const frames = withoutDecisions(story.events) as FrameEvent[];
    // Both come in before either goes out.
    const [a, b, c, d, e, f, g, h] = frames;
    const order = [a!, b!, e!, f!, c!, d!, g!, h!].map((event, i) => ({ ...event, timeNs: 1e6 + i * 1e4 }));
    const report = reportOfEvents(story.plan, order, 'capture');
    assert.equal(report.journeys.filter(({ outcome }) => outcome === 'ambiguous').length, 4);
    assert.ok(report.journeys.every(({ hops }) => hops.length === 1));
    assert.ok(report.counters.ambiguousJoins >= 2);
    assert.ok(report.flows.some(({ outcome }) => outcome.kind === 'ambiguous'));
  });

  it('keeps retransmissions apart and calls them so', () => {
    const story = dr().talk(drTable(), ['syn'], (step) => (step.lost = step.leg === 1));
    story.nowNs += 1e9;
    story.talk(drTable());
    const report = reportOf(story);
    assert.equal(report.flows.length, 1);
    assert.deepEqual(report.flows[0]!.outcome, { kind: 'answered' });
    const syns = report.journeys.filter(({ kind }) => kind === 'syn');
    assert.deepEqual(
      syns.map(({ retransmission, outcome }) => [retransmission, outcome]),
      [
        [false, 'lost'],
        [true, 'arrived'],
      ],
    );
    assert.equal(syns[0]!.hops[1]!.to, 'director');
    assert.deepEqual(syns[0]!.hops[1]!.arrival, { fate: 'lost', reason: 'not-received' });
  });

  it('joins a retransmission of the very same bytes to the sending just before', () => {
    const sameId = (step: { spoil?: (bytes: Uint8Array) => void }) => {
      step.spoil = (bytes) => bytes.fill(0, 18, 20);
    };
    const story = dr().talk(drTable(), ['syn'], (step) => {
      sameId(step);
      step.ends = step.leg === 0;
    });
    story.nowNs += 1e9;
    story.talk(drTable(), ['syn'], sameId);
    const [first, second] = reportOf(story).journeys;
    assert.equal(first!.hops.length, 1);
    assert.equal(second!.hops.length, 3);
    assert.equal(second!.confidence, 'strong');
  });

  it('opens a new flow when a client uses its port again', () => {
    const story = dr().talk(drTable());
    story.nowNs += 1e9;
    story.talk(drTable('rs2'), whole, undefined, 500_000);
    const report = reportOf(story);
    assert.deepEqual(
      report.flows.map(({ server }) => server?.node),
      ['rs1', 'rs2'],
    );
    assert.deepEqual(
      report.flows.map(({ journeys }) => journeys.length),
      [10, 10],
    );
  });

  it('counts what a bridge floods and who is foreign, and makes hops of neither', () => {
    const story = dr().talk(drTable(), ['syn']);
    const last = story.events.at(-1) as FrameEvent;
    story.events.push({ ...last, node: 'rs2', timeNs: last.timeNs + 1 });
    const foreign = last.bytes.slice();
    foreign[11] = foreign[11]! ^ 0xff;
    story.events.push({ ...last, bytes: foreign, timeNs: last.timeNs + 2 });
    story.events.push({ kind: 'loss', node: 'rs2', segment: 'inside', frames: 7, timeNs: last.timeNs + 3 });
    const { counters, journeys } = reportOf(story);
    assert.deepEqual([counters.flooded, counters.foreign, counters.captureLoss, counters.hops], [1, 1, 7, 3]);
    assert.equal(journeys.length, 1);
    // The IPv4 packet of 40 bytes that came in to the director.
    assert.equal(counters.directorBytes, 40);
    assert.deepEqual(counters.decisions, { forwarded: 1 });
  });

  it('gives a broadcast one hop per receiver, and an ARP exchange one flow', () => {
    const story = dr().arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director');
    const report = reportOf(story);
    const [request, reply] = report.journeys;
    assert.deepEqual(
      request!.hops.map(({ to, arrival }) => [to, arrival.fate]),
      [
        ['director', 'answered'],
        ['rs1', 'ignored'],
        ['rs2', 'ignored'],
      ],
    );
    assert.equal(reply!.direction, 'reply');
    assert.equal(report.flows.length, 1);
    assert.deepEqual(report.flows[0]!.outcome, { kind: 'answered' });
    assert.deepEqual(report.flows[0]!.client, { node: 'router', address: '10.0.2.1' });
    assert.deepEqual(report.flows[0]!.service, { node: 'director', address: '10.0.2.100' });
  });

  it('follows a packet that waited for a neighbour', () => {
    const plan = planOf(drText);
    const story = dr().talk(drTable(), ['syn']);
    const decision = story.events.findIndex(({ kind }) => kind === 'decision');
    const held = { ...story.events[decision]!, relation: 'held', framesOut: [] } as unknown as LabEvent;
    const waited = story.events.map((event, i) =>
      i >= decision ? { ...event, timeNs: event.timeNs + 2e9 } : event,
    );
    waited.splice(decision, 0, held);
    const report = reportOfEvents(plan, waited);
    assert.equal(report.journeys.length, 1);
    assert.equal(report.journeys[0]!.hops.length, 3);
    assert.equal(report.journeys[0]!.hops[2]!.confidence, 'certain');
  });

  it('follows a packet that a router held until its neighbour answered', () => {
    const story = dr();
    story.talk(drTable(), ['syn'], (step) => {
      if (step.leg !== 1) return;
      story.nowNs += 1e9;
      story.arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director');
    });
    const syn = reportOf(story).journeys.find(({ kind }) => kind === 'syn')!;
    assert.deepEqual([syn.hops.length, syn.hops[1]!.confidence], [3, 'strong']);
  });

  it('does without a capture point', () => {
    const story = dr().talk(drTable());
    const events = story.events.filter((event) => event.kind !== 'frame' || event.node !== 'router');
    const report = reportOfEvents(story.plan, events);
    assert.equal(report.flows.length, 1);
    assert.deepEqual(report.flows[0]!.outcome, { kind: 'answered' });
  });

  it('sorts in events that come late', () => {
    const story = dr().talk(drTable());
    const inOrder = reportOf(story);
    // Ties do not occur in this story, so that any order of arrival gives one order of time.
    const shuffled = story.events.toSorted((a, b) =>
      a.kind === 'frame' && b.kind === 'frame' ? a.node.localeCompare(b.node) : 0,
    );
    const numbers = (report: typeof inOrder) => report.journeys.map(({ kind, hops }) => [kind, hops.length]);
    assert.deepEqual(numbers(reportOfEvents(story.plan, shuffled)), numbers(inOrder));
  });

  it('sends an ICMP error to the flow it is about, and a ping to one of its own', () => {
    const story = dr()
      .talk(drTable(), ['syn'], (step) => (step.ends = step.leg === 0))
      .icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 3, 1);
    const plan = story.plan;
    const macs = (from: string, to: string) => ({
      source: macOf(plan, from, 'outside'),
      destination: macOf(plan, to, 'outside'),
    });
    const echo = (operation: 'request' | 'reply', source: string, destination: string) => ({
      ip: { source: ip(source), destination: ip(destination), ttl: 64, id: 7 },
      icmp: { operation, identifier: 9, sequence: 1 } as const,
    });
    story.frame(
      'client',
      'router',
      'outside',
      buildIcmpEcho({ ethernet: macs('client', 'router'), ...echo('request', '10.0.1.10', '10.0.1.1') }),
    );
    story.frame(
      'router',
      'client',
      'outside',
      buildIcmpEcho({ ethernet: macs('router', 'client'), ...echo('reply', '10.0.1.1', '10.0.1.10') }),
    );
    const report = reportOf(story);
    assert.deepEqual(
      report.flows.map(({ kind, outcome, journeys }) => [kind, outcome.kind, journeys.length]),
      [
        ['tcp', 'lost', 2],
        ['icmp', 'answered', 2],
      ],
    );
    assert.deepEqual(
      report.journeys.map(({ kind, direction }) => `${kind} ${direction}`),
      ['syn request', 'icmp-error reply', 'echo-request request', 'echo-reply reply'],
    );
    assert.equal(report.journeys[0]!.hops[0]!.arrival.reason, 'host-unreachable');
  });

  it('answers a UDP exchange', () => {
    const tcp = planOf(drText);
    const plan = {
      ...tcp,
      services: tcp.services.map((one) => ({ ...one, protocol: 'udp' as const, port: 53 })),
    };
    const story = new Story(plan);
    const send = (
      from: string,
      to: string,
      segment: string,
      source: string,
      destination: string,
      ttl: number,
      ports: readonly [number, number],
    ) => {
      story.frame(
        from,
        to,
        segment,
        buildUdp({
          ethernet: { source: macOf(plan, from, segment), destination: macOf(plan, to, segment) },
          ip: { source: ip(source), destination: ip(destination), ttl, id: ttl },
          udp: { sourcePort: ports[0], destinationPort: ports[1] },
          payload: new Uint8Array([1, 2, 3]),
        }),
      );
    };
    send('client', 'router', 'outside', '10.0.1.10', '10.0.2.100', 64, [5000, 53]);
    send('rs1', 'router', 'inside', '10.0.2.100', '10.0.1.10', 64, [53, 5000]);
    story.nowNs += 1e5;
    send('router', 'client', 'outside', '10.0.2.100', '10.0.1.10', 63, [53, 5000]);
    const report = reportOf(story);
    assert.deepEqual(
      report.flows.map(({ kind, outcome }) => [kind, outcome.kind]),
      [['udp', 'answered']],
    );
  });

  it('takes a datagram or ping for a new flow when the forwarder has forgotten the old one', () => {
    const run = runLab(
      planOf(`
model: nat
segments: { inside: 192.168.1.0/24, outside: 203.0.113.0/24 }
nodes:
  pc: { role: client, at: { inside: 192.168.1.11 } }
  router:
    role: router
    at: { inside: 192.168.1.1, outside: 203.0.113.2 }
    nat: outside
    timeouts: { udp: 1s, icmp: 1s }
  web: { role: server, at: { outside: 203.0.113.80 } }
traffic:
  - { protocol: udp, port: 53, sourcePort: 5000, count: 3, every: 2s }
  - { protocol: icmp, sourcePort: 77, count: 2, every: 2s }
`),
    );
    for (const pauses of [[], [...run.events.keys()].filter((index) => index % 7 === 0)]) {
      const report = reportOfEvents(run.plan, run.events, 'embedded', pauses);
      assert.deepEqual(
        report.flows.map(({ kind }) => kind).filter((kind) => kind !== 'arp'),
        ['udp', 'icmp', 'udp', 'icmp', 'udp'],
      );
      assert.ok(report.promises.every(({ verdict }) => verdict === 'kept'));
    }
  });

  it('says why a frame never came: the node was down, its interface, or the link lost it', () => {
    const lost = (plan = planOf(drText), prepare: (story: Story) => void = () => undefined) => {
      const story = new Story(plan);
      prepare(story);
      story.talk(drTable(), ['syn'], (step) => (step.lost = step.leg === 0));
      return reportOf(story).journeys[0]!.hops[0]!.arrival.reason;
    };
    const plan = planOf(drText);
    const client = plan.nodes.find(({ name }) => name === 'client')!;
    assert.equal(lost(), 'not-received');
    assert.equal(
      lost(
        withNode(plan, 'client', { interfaces: client.interfaces.map((port) => ({ ...port, loss: 0.5 })) }),
      ),
      'link-loss',
    );
    assert.equal(
      lost(plan, ({ events }) => events.push({ kind: 'node', node: 'router', state: 'paused', timeNs: 0 })),
      'node-down',
    );
  });

  it('makes reports that can be sent and stored', () => {
    const report = reportOf(dr().talk(drTable()));
    const stored = JSON.parse(JSON.stringify(report)) as typeof report;
    assert.deepEqual(structuredClone(report), stored);
    assert.ok(stored.journeys[0]!.hops[2]!.changes.length > 0);
    assert.ok(stored.journeys[0]!.hops[2]!.expected.length > 0);
  });

  it('takes whatever bytes it is given', () => {
    const story = dr().talk(drTable(), ['syn']);
    const { bytes } = story.events[0] as FrameEvent;
    for (let length = 0; length < bytes.length; length++) {
      story.frame('client', 'router', 'outside', bytes.slice(0, length));
    }
    story.frame('client', 'router', 'outside', bytes.slice(0, 14).fill(0xff, 0, 6));
    const report = reportOf(story);
    assert.ok(report.counters.undecodable > 0);
    assert.ok(JSON.stringify(report).length > 0);
    assert.ok(BROADCAST_MAC > 0 && frameHash(bytes, 0, 1) > 0);
  });
});
