import assert from 'node:assert/strict';
import { readFacts } from '../../src/journey/records/frame-facts.ts';
import type { FrameEvent, LabEvent } from '../../src/lab/events.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { frameHash } from '../../src/packet/hash.ts';
import { runLab } from '../lab/embedded/testbed.ts';
import { reportOfEvents, verdictsOf } from './build-report.ts';
import { planOf, tunText } from './plans.ts';

/** How packets in GUE are joined, foretold, judged and explained. */

const gueText = tunText.replace('port: 80,', 'port: 80, tunnel: gue,').replaceAll('1520', '1532');
const ASKED = '\ntraffic: [{ from: client, count: 2 }]\n';
const promises = ['encapsulated', 'inner-untouched', 'reply-direct', 'server-sees-cip', 'headers'];

function recorded(text: string): { plan: Plan; events: readonly LabEvent[] } {
  const plan = planOf(text);
  return { plan, events: runLab(plan).events };
}

/** The recording with the packets in tunnels changed by `doctor`, of which the forwarder tells as they then are. */
function doctored(events: readonly LabEvent[], doctor: (bytes: Uint8Array) => void): LabEvent[] {
  const hashes = new Map<number, number>();
  const hashOf = (bytes: Uint8Array) => frameHash(bytes, 0, bytes.length);
  const frames = events.map((event): LabEvent => {
    if (event.kind !== 'frame' || readFacts(event.bytes).outerAt === 0) return event;
    const bytes = event.bytes.slice();
    doctor(bytes);
    hashes.set(hashOf(event.bytes), hashOf(bytes));
    return { ...event, bytes };
  });
  return frames.map((event) =>
    event.kind === 'decision'
      ? { ...event, framesOut: event.framesOut.map((one) => hashes.get(one) ?? one) }
      : event,
  );
}

describe('journeys through GUE', () => {
  const { plan, events } = recorded(gueText + ASKED);
  const report = reportOfEvents(plan, events);
  const wrapped = report.journeys
    .flatMap(({ hops }) => hops)
    .filter(({ changes }) => changes.some(({ field }) => field === 'gue'));

  it('every promise is kept, and every request answered', () => {
    const verdicts = verdictsOf(report);
    for (const id of promises) assert.equal(verdicts[id], 'kept', id);
    assert.deepEqual(new Set(report.flows.map(({ outcome }) => outcome.kind)), new Set(['answered']));
    assert.equal(report.counters.ambiguousJoins, 0);
  });

  it('the director adds one header, which is what makes the model', () => {
    assert.ok(wrapped.length >= 8);
    const [{ changes }] = wrapped as [(typeof wrapped)[number]];
    const { before, after, role } = changes.find(({ field }) => field === 'gue')!;
    assert.match(after, /^10\.0\.2\.2:\d+ → 10\.0\.3\.1[12]:6080$/);
    assert.deepEqual([before, role], ['', 'signature']);
  });

  it('foretells the datagram: its ports, of which one is the flow’s, and that it has no checksum', () => {
    const rows = wrapped[0]!.expected.filter(({ field }) => field.startsWith('ipip'));
    assert.deepEqual(
      rows.map(({ field }) => field),
      [
        'ipip',
        ...['ip.src', 'ip.dst', 'ip.ttl', 'ip.dsfield', 'ip.flags'].map((name) => `ipip ${name}`),
        ...['udp.srcport', 'udp.dstport', 'udp.checksum'].map((name) => `ipip ${name}`),
      ],
    );
    assert.ok(rows.every(({ ok }) => ok));
    assert.equal(rows[0]!.expected, 'GUE');
  });

  const lies: readonly (readonly [string, string, (bytes: Uint8Array) => void])[] = [
    ['encapsulated', 'port', (bytes) => (bytes[37]! ^= 1)],
    ['encapsulated', 'checksum', (bytes) => (bytes[41] = 1)],
    ['encapsulated', 'source', (bytes) => (bytes[29] = 9)],
    ['encapsulated', 'protocol', (bytes) => (bytes[23] = 4)],
    ['headers', 'source port on a later packet', sourcePortOfLater()],
    ['inner-untouched', 'id', (bytes) => (bytes[46 + 5]! ^= 1)],
  ];
  for (const [id, what, doctor] of lies)
    it(`${id} is broken by another ${what}`, () => {
      assert.equal(verdictsOf(reportOfEvents(plan, doctored(events, doctor)))[id], 'broken');
    });

  it('cut into fragments on the way, it is what it was', () => {
    const datagrams = gueText
      .replaceAll('1532', '1500')
      .replace('port: 80,', 'port: 80, protocol: udp,')
      .replace('servers: [rs1, rs2]', 'servers: [rs1]');
    const long = recorded(`${datagrams}\ntraffic: [{ from: client, count: 2, upload: 1450 }]\n`);
    const pieces = long.events.filter(
      (event): event is FrameEvent => event.kind === 'frame' && readFacts(event.bytes).fragment,
    );
    assert.ok(pieces.length >= 8);
    const verdicts = verdictsOf(reportOfEvents(long.plan, long.events));
    for (const id of promises) assert.equal(verdicts[id], 'kept', id);
    // A byte of the data in the first piece.
    const spoilt = doctored(long.events, (bytes) => (bytes[200]! ^= 1));
    assert.equal(verdictsOf(reportOfEvents(long.plan, spoilt))['inner-untouched'], 'broken');
  });
});

/** Of all packets but the first of each flow. */
function sourcePortOfLater(): (bytes: Uint8Array) => void {
  return (bytes) => {
    // Flags of the inner TCP header: the SYN has 2.
    if (bytes[46 + 20 + 13] !== 2) bytes[35]! ^= 1;
  };
}

describe('what goes wrong with GUE', () => {
  const said = (text: string) => {
    const { plan, events } = recorded(text + ASKED);
    const report = reportOfEvents(plan, events);
    return report.explanations;
  };
  const atServer = (settings: string) =>
    gueText.replace(
      'rs1:      { role: server,   at: { back: 10.0.3.11 },',
      `rs1: { role: server, ${settings},`,
    );

  it('nothing that unwraps it: by which setting, and at which port', () => {
    const text = atServer('at: { back: 10.0.3.11 }, decapsulate: false').replace(
      'tunnel: gue,',
      'tunnel: gue, tunnelPort: 7777,',
    );
    const [explanation, ...others] = said(text);
    assert.deepEqual([explanation!.code, explanation!.setting], ['no-decapsulator', 'nodes.rs1.decapsulate']);
    assert.match(explanation!.text, /UDP port 7777.*ip fou add port 7777 gue/);
    assert.deepEqual(others, []);
    const { plan, events } = recorded(text + ASKED);
    const [refused] = reportOfEvents(plan, events).flows.filter(({ outcome }) => outcome.kind === 'refused');
    assert.equal(refused?.outcome.kind === 'refused' && refused.outcome.reason, 'port-unreachable');
  });

  it('a filter that drops UDP drops it, one that drops IP in IP does not', () => {
    const filter = (protocol: string) =>
      said(atServer(`at: { back: { address: 10.0.3.11, drop: [${protocol}] } }`));
    assert.deepEqual(
      filter('udp').map(({ code, setting }) => [code, setting]),
      [['filtered', 'nodes.rs1.at.back.drop']],
    );
    assert.deepEqual(filter('ipip'), []);
  });
});
