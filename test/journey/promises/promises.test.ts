import assert from 'node:assert/strict';
import { promiseChecks } from '../../../src/journey/promises/promises.ts';
import { promiseIds } from '../../../src/lab/topology/findings.ts';
import { reportOf, verdictsOf } from '../build-report.ts';
import { dnatTable, drTable, natTable, Story, tunTable, whole, type Table, type Tamper } from '../oracle.ts';
import { DEAF, MUTE, runPair, runWithStop } from '../pairs.ts';
import { dnatText, drText, ip, macOf, natText, planOf, tunText } from '../plans.ts';

/** dnat without snat on dr's network, where the servers could reach the router by themselves. */
const oneNetwork = drText
  .replace('model: dr', 'model: dnat')
  .replace('port: 80,', 'port: 80, snat: false,')
  .replaceAll(/(rs\d: .*)gateway: router/g, '$1gateway: director');
const dr = (tamper?: Tamper, table: Table = drTable()) =>
  new Story(planOf(drText)).talk(table, whole, tamper);
const tun = (tamper?: Tamper, table: Table = tunTable()) =>
  new Story(planOf(tunText)).talk(table, whole, tamper);
const dnat = (tamper?: Tamper, table: Table = dnatTable()) =>
  new Story(planOf(dnatText)).talk(table, whole, tamper);
const nat = () => new Story(planOf(natText));

const atLeg =
  (direction: 'request' | 'reply', leg: number, change: Tamper): Tamper =>
  (step) => {
    if (step.direction === direction && step.leg === leg) change(step);
  };

/** A reply that takes the way of another table's: the packets of `table`, the reply's legs replaced. */
function replying(table: Table, reply: Table['reply']): Table {
  return { ...table, reply };
}

const around = (table: Table, source = table.reply[0]!.source): Table['reply'] => {
  const first = { ...table.reply[0]!, source };
  return [
    { ...first, to: 'router' },
    { ...first, from: 'router', to: 'client', segment: 'outside', ttl: 63 },
  ];
};

/** dr, but the server's replies go by the director. */
const drReplyByDirector = replying(drTable(), [
  { ...drTable().reply[0]!, to: 'director' },
  { ...drTable().reply[0]!, from: 'director', to: 'router', ttl: 63 },
  { ...drTable().reply[1]!, ttl: 62 },
]);

/** A request that never sees the director: the router gives it to the server. */
const drPastDirector: Table = {
  ...drTable(),
  request: [drTable().request[0]!, { ...drTable().request[1]!, to: 'rs1' }],
};

function oneNetworkTable(): Table {
  const there = { ...drTable().request[2]!, destination: '10.0.2.11' };
  const back = { ...drTable().reply[0]!, source: '10.0.2.11' };
  const [first, last] = drTable().reply;
  return {
    ...drTable(),
    request: [...drTable().request.slice(0, 2), there],
    reply: [
      { ...back, to: 'director' },
      { ...first!, from: 'director', to: 'router', ttl: 63 },
      { ...last!, ttl: 62 },
    ],
  };
}

/** Every promise: a story that keeps it and one, different in one thing, that breaks it. */
type Told = Pick<Story, 'plan' | 'events'>;
const cases: Readonly<Record<string, { readonly kept: () => Told; readonly broken: () => Told }>> = {
  'vip-only': {
    kept: () => dr(),
    broken: () => dr(undefined, replying(drTable(), around(drTable(), '10.0.2.11'))),
  },
  'vip-arp': {
    kept: () => dr().arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director'),
    broken: () => dr().arp('inside', 'router', '10.0.2.1', '10.0.2.100', 'director', 'rs1'),
  },
  'through-director': { kept: () => dr(), broken: () => dr(undefined, drPastDirector) },
  headers: { kept: () => dr(), broken: () => dr(atLeg('request', 2, (step) => (step.ttl = 63))) },
  rewritten: {
    kept: () => dnat(),
    broken: () => dnat(atLeg('request', 2, (step) => (step.destination = ip('10.0.2.100')))),
  },
  'both-ways': {
    kept: () => new Story(planOf(oneNetwork)).talk(oneNetworkTable()),
    broken: () => new Story(planOf(oneNetwork)).talk(replying(oneNetworkTable(), around(oneNetworkTable()))),
  },
  'server-sees-dip': {
    kept: () => dnat(),
    broken: () => dnat(atLeg('request', 2, (step) => (step.source = ip('10.0.1.10')))),
  },
  'server-sees-cip': {
    kept: () => dr(),
    broken: () => dr(atLeg('request', 2, (step) => (step.source = ip('10.0.2.2')))),
  },
  'end-to-end': {
    kept: () => dnat(),
    broken: () => dnat(atLeg('request', 2, (step) => (step.sequence += 1))),
  },
  'ip-untouched': {
    kept: () => dr(),
    broken: () => dr(atLeg('request', 2, (step) => (step.destinationPort = 8080))),
  },
  'reply-direct': { kept: () => dr(), broken: () => dr(undefined, drReplyByDirector) },
  encapsulated: {
    kept: () => tun(),
    broken: () => tun(atLeg('request', 2, (step) => (step.outer!.source = ip('10.0.2.100')))),
  },
  'inner-untouched': {
    kept: () => tun(),
    broken: () => tun((step) => step.leg >= 2 && (step.payload += '!')),
  },
  'one-address': {
    kept: () => nat().talk(natTable()),
    broken: () =>
      nat().talk(
        natTable(),
        whole,
        atLeg('request', 1, (step) => (step.source = ip('192.168.1.10'))),
      ),
  },
  'unique-ports': {
    kept: () =>
      nat()
        .talk(natTable('pc1', 50000, 40001), ['syn'])
        .talk(natTable('pc2', 50000, 40002), ['syn']),
    broken: () =>
      nat()
        .talk(natTable('pc1', 50000, 40001), ['syn'])
        .talk(natTable('pc2', 50000, 40001), ['syn']),
  },
  'right-host': {
    kept: () => nat().talk(natTable()),
    broken: () =>
      nat().talk(
        natTable(),
        whole,
        atLeg('reply', 1, (step) => (step.destination = ip('192.168.1.11'))),
      ),
  },
  'one-owner': { kept: () => runPair(), broken: () => runPair(DEAF) },
  announced: { kept: () => runWithStop(), broken: () => runWithStop(MUTE) },
};

describe('promises', () => {
  it('are the ones a topology file may expect, each with a case that keeps and one that breaks it', () => {
    assert.deepEqual(Object.keys(promiseChecks).sort(), [...promiseIds].sort());
    assert.deepEqual(Object.keys(cases).sort(), [...promiseIds].sort());
  });

  for (const [id, { kept, broken }] of Object.entries(cases)) {
    it(`${id}: kept when seen so`, () => {
      const promise = reportOf(kept()).promises.find((one) => one.id === id)!;
      assert.equal(promise.verdict, 'kept');
      assert.ok(promise.evidence.length > 0);
      assert.ok(promise.text.length > 20);
    });
    it(`${id}: broken when seen otherwise, with the frames`, () => {
      const promise = reportOf(broken()).promises.find((one) => one.id === id)!;
      assert.equal(promise.verdict, 'broken');
      assert.ok(promise.evidence.length > 0);
    });
    it(`${id}: not seen without frames`, () => {
      const { plan } = kept();
      const promise = reportOf(new Story(plan)).promises.find((one) => one.id === id)!;
      assert.deepEqual([promise.verdict, promise.evidence], ['not seen', []]);
    });
  }

  it('name the frame that breaks them', () => {
    const story = dr(atLeg('request', 2, (step) => (step.ttl = step.name === 'get' ? 63 : 62)));
    const report = reportOf(story);
    const broken = report.promises.find(({ id }) => id === 'headers')!;
    const get = report.journeys.find(({ kind, direction }) => kind === 'data' && direction === 'request')!;
    assert.deepEqual(broken.evidence, [get.hops[2]!.frame]);
    assert.deepEqual(
      get.hops[2]!.expected.filter(({ ok }) => !ok),
      [{ field: 'ip.ttl', expected: '62', observed: '63', ok: false }],
    );
  });

  it('see every header that is foretold', () => {
    const spoils: readonly (readonly [field: string, tamper: Tamper])[] = [
      ['eth.dst', (step) => (step.etherDestination = macOf(planOf(drText), 'rs2', 'inside'))],
      ['eth.src', (step) => (step.etherSource = macOf(planOf(drText), 'router', 'inside'))],
      ['ip.src', (step) => (step.source = ip('10.0.2.2'))],
      ['ip.dst', (step) => (step.destination = ip('10.0.2.11'))],
      ['ip.ttl', (step) => (step.ttl = 61)],
      ['tcp.srcport', (step) => (step.sourcePort = 5)],
      ['tcp.dstport', (step) => (step.destinationPort = 8080)],
      ['tcp.seq', (step) => (step.sequence += 1)],
      ['tcp.ack', (step) => (step.acknowledgement += 1)],
      ['tcp.flags', (step) => (step.flags |= 32)],
      ['payload', (step) => (step.payload += ' ')],
      ['ip.id', (step) => (step.spoil = (bytes) => (bytes[19] = bytes[19]! ^ 1))],
      ['ip.dsfield', (step) => (step.spoil = (bytes) => (bytes[15] = 4))],
      ['ip.flags', (step) => (step.spoil = (bytes) => (bytes[20] = 0))],
      ['ip.checksum', (step) => (step.spoil = (bytes) => (bytes[24] = bytes[24]! ^ 1))],
      ['tcp.checksum', (step) => (step.spoil = (bytes) => (bytes[50] = bytes[50]! ^ 1))],
    ];
    for (const [field, change] of spoils) {
      const report = reportOf(dr(atLeg('request', 2, change)));
      const wrong = report.journeys.flatMap(({ hops }) =>
        hops.flatMap((hop) => hop.expected.filter(({ ok }) => !ok)),
      );
      assert.ok(
        wrong.some((row) => row.field === field),
        field,
      );
      assert.equal(verdictsOf(report)['headers'], 'broken', field);
    }
  });

  it('see every field of the outer header', () => {
    const spoils: readonly (readonly [field: string, tamper: Tamper])[] = [
      ['ipip', (step) => (step.outer = undefined)],
      ['ipip ip.src', (step) => (step.outer!.source = ip('10.0.2.1'))],
      ['ipip ip.dst', (step) => (step.outer!.destination = ip('10.0.3.12'))],
      ['ipip ip.ttl', (step) => (step.outer!.ttl = 64)],
    ];
    for (const [field, change] of spoils) {
      const report = reportOf(tun(atLeg('request', 2, change)));
      const wrong = report.journeys.flatMap(({ hops }) =>
        hops.flatMap((hop) => hop.expected.filter(({ ok }) => !ok)),
      );
      assert.ok(
        wrong.some((row) => row.field === field),
        field,
      );
    }
  });

  it('belong to an epoch: in a new one nothing is seen yet', () => {
    const story = dr();
    story.events.push({
      kind: 'plan',
      timeNs: story.nowNs,
      epoch: 1,
      plan: story.plan,
      changes: [],
      durationNs: 1,
    });
    const report = reportOf(story);
    assert.equal(verdictsOf(report, 0)['reply-direct'], 'kept');
    assert.equal(verdictsOf(report, 1)['reply-direct'], 'not seen');
    story.nowNs += 1e9;
    story.talk(drTable('rs2', 40002), whole, undefined, 90000);
    assert.equal(verdictsOf(reportOf(story), 1)['reply-direct'], 'kept');
  });
});
