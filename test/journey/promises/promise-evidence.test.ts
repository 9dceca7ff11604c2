import { asIpv4, NO_MAC } from '../../../src/packet/address.ts';
import assert from 'node:assert/strict';
import { JourneyBuilder } from '../../../src/journey/journey-builder.ts';
import type { Report } from '../../../src/journey/report.ts';
import { makeTranslate } from '../../support/translate.ts';
import { buildArp } from '../../../src/packet/build.ts';
import { encode } from '../../../src/packet/ethernet.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import {
  dnatTable,
  drTable,
  natTable,
  Story,
  tunTable,
  whole,
  type Leg,
  type PacketName,
  type Step,
  type Table,
  type Tamper,
} from '../oracle.ts';
import { carry, tcpSyn } from '../predictions/carried.ts';
import { dnatText, drText, ip, macOf, natText, planOf, tunText } from '../plans.ts';

/** A promise's verdict, and the frames that it names: kind of packet, and which of its hops. */
function shown(report: Report, id: string): string {
  const { verdict, evidence } = report.promises.find((one) => one.id === id)!;
  const hops = report.journeys.flatMap(({ kind, direction, hops: all }) =>
    all.map(({ frame }, index) => [frame, `${direction === 'reply' ? 're:' : ''}${kind} ${index}`] as const),
  );
  const names = new Map(hops);
  return [verdict, ...evidence.map((frame) => names.get(frame))].join(', ');
}

const at =
  (direction: 'request' | 'reply', leg: number, change: Tamper): Tamper =>
  (step) => {
    if (step.direction === direction && step.leg === leg) change(step);
  };
const after =
  (direction: 'request' | 'reply', leg: number, change: Tamper): Tamper =>
  (step) => {
    if (step.direction === direction && step.leg >= leg) change(step);
  };
const handshake: readonly PacketName[] = ['syn', 'syn-ack', 'ack'];
const dr = planOf(drText);
const tun = planOf(tunText);
const dnat = planOf(dnatText);
const plain = planOf(dnatText.replace('port: 80,', 'port: 80, snat: false,'));
const nat = planOf(natText);

describe('which frames a promise names', () => {
  const told = {
    dr: (tamper?: Tamper) => reportOf(new Story(dr).talk(drTable(), handshake, tamper)),
    tun: (tamper?: Tamper) => reportOf(new Story(tun).talk(tunTable(), handshake, tamper)),
    dnat: (tamper?: Tamper) => reportOf(new Story(dnat).talk(dnatTable(), handshake, tamper)),
    plain: (tamper?: Tamper) => reportOf(new Story(plain).talk(dnatTable(false), handshake, tamper)),
    nat: (tamper?: Tamper) => reportOf(new Story(nat).talk(natTable(), handshake, tamper)),
  };

  const kept: readonly (readonly [model: keyof typeof told, id: string, frames: string])[] = [
    ['dr', 'vip-only', 're:syn-ack 1'],
    ['dr', 'through-director', 'syn 2, ack 2'],
    ['dr', 'ip-untouched', 'syn 2, ack 2'],
    ['dr', 'reply-direct', 're:syn-ack 0'],
    ['dr', 'server-sees-cip', 'syn 2, ack 2'],
    ['dr', 'headers', 'syn 1, syn 2, re:syn-ack 1, ack 1, ack 2'],
    ['tun', 'encapsulated', 'syn 2, ack 2'],
    ['tun', 'inner-untouched', 'syn 2, syn 3, ack 2, ack 3'],
    ['tun', 'reply-direct', 're:syn-ack 0'],
    ['tun', 'server-sees-cip', 'syn 3, ack 3'],
    ['dnat', 'rewritten', 'syn 2, re:syn-ack 1, ack 2'],
    ['dnat', 'both-ways', 'syn 2, re:syn-ack 2, ack 2'],
    ['dnat', 'server-sees-dip', 'syn 2, ack 2'],
    ['dnat', 'end-to-end', 'syn 1, syn 2, re:syn-ack 1, re:syn-ack 2, ack 1'],
    ['plain', 'rewritten', 'syn 2, re:syn-ack 1, ack 2'],
    ['plain', 'server-sees-cip', 'syn 2, ack 2'],
    ['nat', 'one-address', 'syn 1, ack 1'],
    ['nat', 'right-host', 're:syn-ack 1'],
  ];
  for (const [model, id, frames] of kept)
    it(`${model}, ${id}: kept`, () => assert.equal(shown(told[model](), id), `kept, ${frames}`));

  type Case = readonly [model: keyof typeof told, id: string, tamper: Tamper, frames: string];
  const wrapped: Tamper = (step) => {
    step.outer = { source: ip('10.0.2.100'), destination: ip('10.0.1.10'), ttl: 9 - step.leg };
    step.ttl = 64;
  };
  const broken: readonly Case[] = [
    ['dr', 'vip-only', after('reply', 0, (one) => (one.source = ip('10.0.2.11'))), 're:syn-ack 1'],
    ['dr', 'ip-untouched', at('request', 2, (one) => (one.destinationPort = 81)), 'syn 2, ack 2'],
    ['dr', 'headers', after('reply', 0, (one) => (one.ttl += 2)), 're:syn-ack 0, re:syn-ack 1'],
    [
      'tun',
      'encapsulated',
      at('request', 2, (one) => (one.outer!.source = asIpv4(one.outer!.source ^ 1))),
      'syn 2, ack 2',
    ],
    ['tun', 'inner-untouched', at('request', 2, (one) => (one.payload = '!')), 'syn 2, ack 2'],
    ['tun', 'vip-only', after('reply', 0, wrapped), 're:syn-ack 1'],
    ['dnat', 'rewritten', at('request', 2, (one) => (one.destinationPort = 81)), 'syn 2, ack 2'],
    ['dnat', 'rewritten', after('reply', 1, (one) => (one.sourcePort = 81)), 're:syn-ack 1, re:syn-ack 2'],
    [
      'dnat',
      'server-sees-dip',
      at('request', 2, (one) => (one.source = asIpv4(one.source ^ 1))),
      'syn 2, ack 2',
    ],
    ['dnat', 'end-to-end', at('request', 2, (one) => (one.sequence += 1)), 'syn 2, ack 2'],
    ['dnat', 'end-to-end', after('reply', 0, (one) => (one.acknowledgement += 1)), 're:syn-ack 0'],
    ['nat', 'one-address', at('request', 1, (one) => (one.source = asIpv4(one.source ^ 1))), 'syn 1, ack 1'],
    ['nat', 'right-host', at('reply', 1, (one) => (one.destinationPort = 7)), 're:syn-ack 1'],
  ];
  for (const [model, id, tamper, frames] of broken)
    it(`${model}, ${id}: broken`, () => assert.equal(shown(told[model](tamper), id), `broken, ${frames}`));

  it('names the first, also when it is known to show it only later', () => {
    const { events } = new Story(dr).talk(drTable(), handshake);
    const [decision] = events.filter(({ kind }) => kind === 'decision');
    const late = [
      ...events.filter((event) => event !== decision),
      { ...decision!, timeNs: events.at(-1)!.timeNs },
    ];
    const report = reportOfEvents(dr, late, 'embedded', [events.length - 1]);
    assert.equal(shown(report, 'server-sees-cip'), 'kept, syn 2, ack 2');
  });

  it('names five that show it kept, the first, and all that show it broken', () => {
    assert.equal(
      shown(reportOf(new Story(dr).talk(drTable(), whole)), 'server-sees-cip'),
      'kept, syn 2, ack 2, data 2, ack 2, fin 2',
    );
    const tampered = at('request', 2, (step) => (step.source = ip('10.0.2.2')));
    assert.equal(
      shown(reportOf(new Story(dr).talk(drTable(), whole, tampered)), 'server-sees-cip'),
      'broken, syn 2, ack 2, data 2, ack 2, fin 2, ack 2',
    );
  });
});

describe('a promise that was seen kept, or broken', () => {
  it('is not any more when the recording turns out to lack something of that', () => {
    const story = new Story(dr).talk(
      drTable(),
      handshake,
      at('reply', 0, (step) => (step.ttl = 60)),
    );
    const { events, plan, nowNs: timeNs } = story;
    const before = reportOf(story);
    assert.match(shown(before, 'headers'), /^broken/);
    for (const id of ['ip-untouched', 'reply-direct']) assert.match(shown(before, id), /^kept/);
    events.push({ kind: 'capture', timeNs, node: 'rs1', segment: 'inside', detail: 'headers' });
    const report = reportOfEvents(plan, events, 'embedded', [events.length - 1]);
    for (const id of ['headers', 'ip-untouched', 'reply-direct']) assert.equal(shown(report, id), 'not seen');
  });
});

describe('a promise with two parts', () => {
  const seen = (names: readonly PacketName[], id: string) =>
    shown(reportOf(new Story(dnat).talk(dnatTable(), names)), id);

  it('is not seen before both were', () => {
    for (const id of ['rewritten', 'both-ways', 'end-to-end'])
      assert.equal(seen(['syn'], id), 'not seen', id);
    for (const id of ['rewritten', 'both-ways']) assert.equal(seen(['syn-ack'], id), 'not seen', id);
  });

  it('a SYN-ACK whose SYN was not seen answers what it answers', () => {
    assert.equal(
      seen(['ack', 'syn-ack'], 'end-to-end'),
      'kept, ack 1, ack 2, re:syn-ack 0, re:syn-ack 1, re:syn-ack 2',
    );
  });

  it('sequence numbers go round', () => {
    const report = reportOf(
      new Story(dnat).talk(dnatTable(), ['syn', 'syn-ack'], (step) => {
        if (step.direction === 'request') step.sequence = 0xffff_ffff;
        else step.acknowledgement = 0;
      }),
    );
    assert.match(shown(report, 'end-to-end'), /^kept/);
  });

  it('is broken by a reply that goes past the director', () => {
    const text = drText.replace('model: dr', 'model: dnat').replace('port: 80,', 'port: 80, snat: false,');
    const [first, second, third] = drTable().request;
    const [one, two] = drTable().reply.map((leg) => ({ ...leg, source: '10.0.2.11' }));
    const table = {
      ...drTable(),
      request: [first!, second!, { ...third!, destination: '10.0.2.11' }],
      reply: [one!, two!],
    };
    const report = reportOf(new Story(planOf(text)).talk(table, handshake));
    assert.equal(shown(report, 'rewritten'), 'broken, re:syn-ack 1');
    assert.equal(shown(report, 'both-ways'), 'broken, re:syn-ack 1');
    assert.equal(shown(report, 'vip-only'), 'broken, re:syn-ack 1');

    // That the client cuts off what it never asked for is no request.
    const straight = { ...table, request: [first!, { ...second!, to: 'rs1' }] };
    const reset = (step: Step) => {
      step.destination = ip('10.0.2.11');
      step.flags = 4;
    };
    const cut = reportOf(
      new Story(planOf(text)).talk(table, ['syn', 'syn-ack']).talk(straight, ['ack'], reset),
    );
    assert.equal(cut.flows.length, 1);
    assert.equal(shown(cut, 'both-ways'), 'broken, re:syn-ack 1');
    assert.equal(shown(cut, 'through-director'), 'kept, syn 2');

    // Where the server was not captured, it may not have been the one that sent it so.
    const unseen = withoutServer(new Story(planOf(text)).talk(table, handshake));
    assert.equal(shown(unseen, 'both-ways'), 'not seen');
  });

  it('is not broken by what may be another node’s work, which was not captured', () => {
    const changed = at('request', 2, (step) => (step.sequence += 1));
    const story = new Story(dnat).talk(dnatTable(), handshake, changed);
    assert.match(shown(reportOf(story), 'end-to-end'), /^broken/);
    assert.doesNotMatch(shown(withoutServer(story), 'end-to-end'), /^broken/);
  });
});

/** As if nothing had been captured at rs1. */
function withoutServer({ plan, events }: Story): Report {
  const capturePoints = new Set(
    plan.nodes
      .filter(({ name }) => name !== 'rs1')
      .flatMap(({ name, interfaces }) => interfaces.map(({ segment }) => `${name}.${segment}`)),
  );
  const builder = new JourneyBuilder(plan, {
    engine: 'embedded',
    startedAt: '',
    translate: makeTranslate('en'),
    capturePoints,
  });
  builder.add(
    events.filter((event) => event.kind !== 'frame' || capturePoints.has(`${event.node}.${event.segment}`)),
  );
  return builder.report();
}

describe('who is told of errors', () => {
  const verdict = (tell: (story: Story) => void) => {
    const story = new Story(dr).talk(drTable(), handshake);
    tell(story);
    return shown(reportOf(story), 'vip-only');
  };

  it('a router may send a client errors of its own', () => {
    assert.equal(
      verdict((story) => story.icmpError('router', 'client', 'outside', '10.0.1.1', '10.0.1.10', 11, 0)),
      'kept, re:syn-ack 1',
    );
  });

  it('a server that does gives its address away', () => {
    assert.equal(
      verdict((story) => story.icmpError('router', 'client', 'outside', '10.0.2.11', '10.0.1.10', 3, 3)),
      'broken, re:icmp-error 0',
    );
  });

  it('one that was lost on its way to the client does not', () => {
    const story = new Story(dr).talk(drTable(), handshake);
    story.icmpError('router', 'client', 'outside', '10.0.2.11', '10.0.1.10', 3, 3);
    story.events.pop();
    assert.equal(shown(reportOf(story), 'vip-only'), 'kept, re:syn-ack 1');
  });

  it('of a port that no service has nothing is promised', () => {
    const { request, reply } = drTable();
    const story = carry(
      new Story(dr),
      'director',
      request.map((leg) => ({ ...leg, destinationPort: 81 })),
      tcpSyn(),
    );
    carry(
      story,
      'director',
      reply.map((leg) => ({ ...leg, source: '10.0.2.11', sourcePort: 81 })),
      tcpSyn(),
    );
    const report = reportOf(story);
    assert.equal(report.flows.length, 1);
    assert.equal(shown(report, 'vip-only'), 'not seen');
  });

  it('as long as nobody else than the client gets it, it does not', () => {
    assert.equal(
      verdict((story) => story.icmpError('rs1', 'router', 'inside', '10.0.2.11', '10.0.1.10', 3, 3)),
      'kept, re:syn-ack 1',
    );
  });

  it('nor where the client asked the server itself', () => {
    const story = new Story(dr).talk(drTable(), ['syn', 'syn-ack']);
    const [first, second] = drTable('rs1', 40009).request;
    const direct = { destination: '10.0.2.11', destinationPort: 81 };
    carry(
      story,
      'director',
      [
        { ...first!, ...direct },
        { ...second!, ...direct, to: 'rs1' },
      ],
      tcpSyn(),
    );
    story.icmpError('router', 'client', 'outside', '10.0.2.11', '10.0.1.10', 3, 3);
    assert.equal(shown(reportOf(story), 'vip-only'), 'kept, re:syn-ack 1');
  });
});

describe('what a director says itself', () => {
  it('is no reply of a server’s: dnat says nothing about it', () => {
    const [, second, third] = dnatTable().reply;
    const table: Table = {
      ...dnatTable(),
      reply: [
        { ...second!, ttl: 64 },
        { ...third!, ttl: 63 },
      ],
    };
    const refused = at('request', 1, (step) => (step.ends = true));
    const report = reportOf(new Story(dnat).talk(table, ['syn', 'rst'], refused));
    assert.equal(shown(report, 'both-ways'), 'not seen');
    assert.equal(shown(report, 'rewritten'), 'not seen');
    const greedy = reportOf(new Story(dnat).talk(table, ['syn', 'syn-ack'], refused));
    assert.equal(shown(greedy, 'end-to-end'), 'broken, re:syn-ack 0');
  });
});

describe('what a NAT router sends outside', () => {
  const story = () => new Story(nat).talk(natTable(), ['syn']);
  const send = (bytes: Uint8Array) => {
    const told = story();
    told.frame('nat', 'web', 'outside', bytes);
    return shown(reportOf(told), 'one-address');
  };
  const [source, destination] = [macOf(nat, 'nat', 'outside'), macOf(nat, 'web', 'outside')];

  it('may be no IPv4 at all', () => {
    assert.equal(send(encode({ source, destination, etherType: 0x88cc }, new Uint8Array(46))), 'kept, syn 1');
  });

  it('may be a question about an address, asked with another of its own', () => {
    const arp = { operation: 1, senderMac: source, targetMac: NO_MAC, senderIp: ip('192.168.1.1') };
    assert.equal(send(buildArp({ arp: { ...arp, targetIp: ip('203.0.113.80') } })), 'kept, syn 1');
  });

  it('is its own with its own address, which shows nothing of hosts inside', () => {
    const own = new Story(nat);
    own.talk({ ...natTable(), request: natTable().request.slice(1) }, ['syn']);
    assert.equal(shown(reportOf(own), 'one-address'), 'not seen');
    const wrong = new Story(nat).talk(
      { ...natTable(), request: natTable().request.slice(1) },
      ['syn'],
      at('request', 0, (step) => (step.source = ip('192.168.1.1'))),
    );
    assert.equal(shown(reportOf(wrong), 'one-address'), 'broken, syn 0');
  });
});

describe('a reply that a NAT router cannot tell the host of', () => {
  const dropped = (reason: 'ambiguous-port' | 'no-connection') => {
    const story = new Story(nat).talk(
      natTable(),
      ['syn', 'syn-ack'],
      at('reply', 0, (step) => {
        step.ends = true;
        step.decision = { relation: 'dropped', rule: 'nat-in', reason };
      }),
    );
    return shown(reportOf(story), 'right-host');
  };

  it('breaks right-host, by the frame that it dropped', () => {
    assert.equal(dropped('ambiguous-port'), 'broken, re:syn-ack 0');
  });

  it('dropped for another reason, it does not', () => {
    assert.equal(dropped('no-connection'), 'not seen');
  });
});

describe('a promise is about the packets of its own kind of service', () => {
  const two = planOf(
    dnatText.replace(
      /service: .*/,
      `services:
  plain: { vip: 10.0.2.100, port: 80, snat: false, servers: { rs1: { port: 8080 } } }
  full:  { vip: 10.0.2.100, port: 81, servers: { rs1: { port: 8080 } } }`,
    ),
  );
  const [first] = two.services;
  const all = {
    ...two,
    services: [
      ...two.services,
      { ...first!, name: 'dr', model: 'dr' as const, port: 82 },
      { ...first!, name: 'tun', model: 'tun' as const, port: 83 },
    ],
  };
  const table = (port: number): Table => {
    const to = (leg: Leg, at: number): Leg =>
      port < 82 && at === 2 ? leg : { ...leg, destination: '10.0.2.100', destinationPort: port };
    const { request, ...rest } = dnatTable(port === 81);
    return { ...rest, request: request.map(to), reply: [] };
  };
  /** Of a request alone dnat's promises of two parts are not seen to be kept, but would be seen to be broken. */
  const seen = {
    80: ['server-sees-cip'],
    81: ['server-sees-dip'],
    82: ['ip-untouched', 'server-sees-cip'],
    83: ['encapsulated', 'inner-untouched', 'server-sees-cip'],
  };
  const wrapper: Tamper = (step) => {
    step.outer = { source: ip('10.0.3.2'), destination: ip('10.0.3.11'), ttl: 62 };
  };

  for (const port of [80, 81, 82, 83] as const)
    it(`of port ${port}`, () => {
      const tamper = port === 83 ? at('request', 2, wrapper) : undefined;
      const { promises } = reportOf(new Story(all).talk(table(port), ['syn'], tamper));
      const kept = promises.filter(({ verdict }) => verdict === 'kept').map(({ id }) => id);
      assert.deepEqual(kept, ['through-director', ...seen[port], 'headers']);
      assert.ok(promises.every(({ verdict }) => verdict !== 'broken'));
    });
});
