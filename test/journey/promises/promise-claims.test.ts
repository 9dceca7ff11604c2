import assert from 'node:assert/strict';
import { readFacts } from '../../../src/journey/records/frame-facts.ts';
import type { FrameEvent, LabEvent } from '../../../src/lab/events.ts';
import { frameHash } from '../../../src/packet/hash.ts';
import { isFragment, protocolOf, PROTOCOL_IPIP } from '../../../src/packet/ipv4.ts';
import { planOf as labPlanOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOf, reportOfEvents, verdictsOf } from '../build-report.ts';
import {
  dnatTable,
  drTable,
  natTable,
  Story,
  tunTable,
  whole,
  type Step,
  type Table,
  type Tamper,
} from '../oracle.ts';
import { carry, udp } from '../predictions/carried.ts';
import { dnatText, drText, ip, natText, planOf, tunText } from '../plans.ts';

type Way = 'request' | 'reply';

/** A change on one leg and all after it, as a node would make it that everybody after passes on. */
const from =
  (way: Way, leg: number, change: (step: Step) => void): Tamper =>
  (step) => {
    if (step.direction === way && step.leg >= leg) change(step);
  };
const only =
  (way: Way, leg: number, change: (step: Step) => void): Tamper =>
  (step) => {
    if (step.direction === way && step.leg === leg) change(step);
  };
const bytes = (change: (frame: Uint8Array) => void) => (step: Step) => {
  step.spoil = change;
};
/** The inner IPv4 header of a plain frame, and of one in a tunnel. */
const PLAIN = 14;
const WRAPPED = 34;

const models = {
  dr: { text: drText, table: drTable() },
  tun: { text: tunText, table: tunTable() },
  dnat: { text: dnatText, table: dnatTable() },
  'dnat-plain': { text: dnatText.replace('port: 80,', 'port: 80, snat: false,'), table: dnatTable(false) },
  nat: { text: natText, table: natTable() },
} as const;

function verdict(model: keyof typeof models, id: string, tamper?: Tamper, table?: Table): string {
  const { text, table: own } = models[model];
  const story = new Story(planOf(text)).talk(table ?? own, whole, tamper);
  return verdictsOf(reportOf(story))[id]!;
}

/** Each field that a promise claims, by the change of it that must break the promise. */
const claims: readonly (readonly [model: keyof typeof models, id: string, field: string, tamper: Tamper])[] =
  [
    ['dr', 'ip-untouched', 'source', only('request', 2, (step) => (step.source = ip('10.0.2.2')))],
    ['dr', 'ip-untouched', 'destination', only('request', 2, (step) => (step.destination = ip('10.0.2.11')))],
    ['dr', 'ip-untouched', 'source port', only('request', 2, (step) => (step.sourcePort = 7))],
    ['dr', 'ip-untouched', 'payload', only('request', 2, (step) => (step.payload += '!'))],
    [
      'dr',
      'ip-untouched',
      'type of service',
      only(
        'request',
        2,
        bytes((frame) => (frame[PLAIN + 1] = 4)),
      ),
    ],
    [
      'dr',
      'ip-untouched',
      'id',
      only(
        'request',
        2,
        bytes((frame) => (frame[PLAIN + 5]! ^= 1)),
      ),
    ],
    [
      'dr',
      'ip-untouched',
      'protocol',
      only(
        'request',
        2,
        bytes((frame) => (frame[PLAIN + 9] = 99)),
      ),
    ],
    ['dr', 'ip-untouched', 'no tunnel', only('request', 2, (step) => (step.outer = tunnel()))],
    ['dr', 'server-sees-cip', 'source', only('request', 2, (step) => (step.source = ip('10.0.2.2')))],
    ['dr', 'server-sees-cip', 'port', only('request', 2, (step) => (step.sourcePort = 7))],
    ['dr', 'vip-only', 'source', from('reply', 0, (step) => (step.source = ip('10.0.2.11')))],
    [
      'tun',
      'encapsulated',
      'outer source',
      from('request', 2, (step) => (step.outer!.source = ip('10.0.2.100'))),
    ],
    [
      'tun',
      'encapsulated',
      'outer destination',
      from('request', 2, (step) => (step.outer!.destination = ip('10.0.3.77'))),
    ],
    ['tun', 'encapsulated', 'a tunnel at all', from('request', 2, (step) => (step.outer = undefined))],
    [
      'tun',
      'encapsulated',
      'protocol 4',
      only(
        'request',
        2,
        bytes((frame) => (frame[PLAIN + 9] = 47)),
      ),
    ],
    ['tun', 'inner-untouched', 'payload', from('request', 2, (step) => (step.payload += '!'))],
    ['tun', 'inner-untouched', 'source', from('request', 2, (step) => (step.source = ip('10.0.2.2')))],
    [
      'tun',
      'inner-untouched',
      'destination',
      from('request', 2, (step) => (step.destination = ip('10.0.3.11'))),
    ],
    ['tun', 'inner-untouched', 'port', from('request', 2, (step) => (step.destinationPort = 8080))],
    [
      'tun',
      'inner-untouched',
      'id',
      from(
        'request',
        2,
        bytes((frame) => (frame[WRAPPED + 5]! ^= 1)),
      ),
    ],
    ['tun', 'server-sees-cip', 'source', from('request', 2, (step) => (step.source = ip('10.0.2.2')))],
    ['dnat', 'rewritten', 'server', only('request', 2, (step) => (step.destination = ip('10.0.3.77')))],
    ['dnat', 'rewritten', "server's port", only('request', 2, (step) => (step.destinationPort = 80))],
    ['dnat', 'rewritten', 'DIP', only('request', 2, (step) => (step.source = ip('10.0.2.2')))],
    ['dnat', 'rewritten', 'VIP on the way back', from('reply', 1, (step) => (step.source = ip('10.0.3.11')))],
    ['dnat', 'rewritten', 'its port on the way back', from('reply', 1, (step) => (step.sourcePort = 8080))],
    [
      'dnat',
      'rewritten',
      'CIP on the way back',
      only('reply', 1, (step) => (step.destination = ip('10.0.1.11'))),
    ],
    ['dnat', 'rewritten', 'its port on the way back', from('reply', 1, (step) => (step.destinationPort = 7))],
    ['dnat', 'server-sees-dip', 'source', only('request', 2, (step) => (step.source = ip('10.0.1.10')))],
    ['dnat-plain', 'server-sees-cip', 'source', only('request', 2, (step) => (step.source = ip('10.0.3.2')))],
    ['dnat-plain', 'rewritten', 'source stays', only('request', 2, (step) => (step.source = ip('10.0.3.2')))],
    ['dnat', 'end-to-end', 'sequence', only('request', 2, (step) => (step.sequence += 1))],
    ['dnat', 'end-to-end', 'acknowledgement', only('request', 2, (step) => (step.acknowledgement += 1))],
    ['dnat', 'end-to-end', 'flags', only('request', 2, (step) => (step.flags |= 32))],
    [
      'dnat',
      'end-to-end',
      'payload',
      only('request', 2, (step) => (step.payload &&= 'X' + step.payload.slice(1))),
    ],
    ['nat', 'one-address', 'source', only('request', 1, (step) => (step.source = ip('192.168.1.10')))],
    ['nat', 'right-host', 'host', only('reply', 1, (step) => (step.destination = ip('192.168.1.11')))],
    ['nat', 'right-host', 'port', only('reply', 1, (step) => (step.destinationPort = 7))],
  ];

function tunnel() {
  return { source: ip('10.0.2.2'), destination: ip('10.0.2.11'), ttl: 62 };
}

describe('what a promise claims', () => {
  for (const [model, id] of new Map(
    claims.map(([model, id]) => [`${model} ${id}`, [model, id] as const]),
  ).values())
    it(`${model}, ${id}: kept in a good recording`, () => assert.equal(verdict(model, id), 'kept'));

  for (const [model, id, field, tamper] of claims)
    it(`${model}, ${id}: not with another ${field}`, () =>
      assert.equal(verdict(model, id, tamper), 'broken'));

  it('is only about requests: a reply that strays over the director breaks reply-direct and nothing else', () => {
    const [first, last] = drTable().reply;
    const reply = [
      { ...first!, to: 'director' },
      { ...first!, from: 'director', to: 'router', ttl: 63 },
      { ...last!, ttl: 62 },
    ];
    const spoilt = from('reply', 1, (step) => (step.payload &&= 'X' + step.payload.slice(1)));
    const table = { ...drTable(), reply };
    assert.equal(verdict('dr', 'reply-direct', spoilt, table), 'broken');
    assert.equal(verdict('dr', 'ip-untouched', spoilt, table), 'kept');
  });

  it('a reply that nobody received shows nothing', () => {
    assert.equal(
      verdict(
        'dr',
        'reply-direct',
        only('reply', 0, (step) => (step.lost = true)),
      ),
      'not seen',
    );
  });

  it('of the first of several fragments the ports too', () => {
    const plan = planOf(dnatText.replace('port: 80,', 'port: 80, protocol: udp,'));
    const rewritten = (word: number, port: number, address: number) => {
      const story = carry(new Story(plan), 'director', dnatTable().request, udp, (frame, leg) => {
        frame.set([word >> 8, word & 255], PLAIN + 6);
        if (leg === 2) frame[PLAIN + 19]! ^= address;
        if (leg === 2) frame[PLAIN + 23]! ^= port;
      });
      return verdictsOf(reportOf(story))['rewritten'];
    };
    assert.equal(rewritten(0x2000, 0, 0), 'not seen');
    assert.equal(rewritten(0x2000, 1, 0), 'broken');
    assert.equal(rewritten(0x2000, 0, 64), 'broken');
  });

  it('what is inside speaks for itself, wrapped or not', () => {
    const unwrapped = from('request', 2, (step) => (step.outer = undefined));
    assert.equal(verdict('tun', 'encapsulated', unwrapped), 'broken');
    assert.equal(verdict('tun', 'inner-untouched', unwrapped), 'kept');
  });

  it('a TTL is any router’s to take, and so is its checksum', () => {
    const spent = from('request', 2, (step) => (step.ttl -= 5));
    assert.equal(verdict('dr', 'ip-untouched', spent), 'kept');
    assert.equal(verdict('tun', 'inner-untouched', spent), 'kept');
  });
});

describe('what a promise claims of fragments in a tunnel', () => {
  const plan = labPlanOf(`
model: tun
service: { vip: 203.0.113.100, port: 5060, protocol: udp, servers: [rs1] }
segments: { outside: 198.51.100.0/24, front: 203.0.113.0/24 }
nodes:
  client:   { role: client,   at: { outside: 198.51.100.10 }, gateway: router }
  router:   { role: router,   at: { outside: 198.51.100.1, front: 203.0.113.1 } }
  director: { role: director, at: { front: 203.0.113.2 }, gateway: router }
  rs1:      { role: server,   at: { front: 203.0.113.11 }, gateway: router }
traffic: [{ from: client, count: 1, upload: 2000 }]
`);
  const { events } = runLab(plan);
  const isWrappedPiece = ({ bytes }: FrameEvent) => {
    const { routedAt } = readFacts(bytes);
    return routedAt > 0 && protocolOf(bytes, routedAt) === PROTOCOL_IPIP && isFragment(bytes, routedAt);
  };
  const pieces = events.filter((event) => event.kind === 'frame').filter(isWrappedPiece);
  const hashOf = ({ bytes }: FrameEvent) => frameHash(bytes, 0, bytes.length);
  /** The forwarder tells of the frames that it sent as they then are. */
  const verdicts = (doctor: (event: FrameEvent) => FrameEvent[]) => {
    const doctored = new Map<number, number>();
    for (const event of pieces) for (const other of doctor(event)) doctored.set(hashOf(event), hashOf(other));
    const told = events.flatMap((event): LabEvent[] => {
      if (event.kind === 'frame' && isWrappedPiece(event)) return doctor(event);
      if (event.kind !== 'decision') return [event];
      return [{ ...event, framesOut: event.framesOut.map((one) => doctored.get(one) ?? one) }];
    });
    return verdictsOf(reportOfEvents(plan, told));
  };
  /** All captures of one piece get the same change. */
  const changed = (offset: number) => (event: FrameEvent) => {
    const at = event.bytes.length + offset;
    return [{ ...event, bytes: event.bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)) }];
  };

  it('there are some', () => assert.ok(pieces.length >= 4));

  it('kept as they are', () => {
    const kept = verdicts((event) => [event]);
    for (const id of ['encapsulated', 'inner-untouched', 'server-sees-cip', 'headers'])
      assert.equal(kept[id], 'kept', id);
  });

  it('broken when one byte in a piece is another', () => {
    assert.equal(verdicts(changed(-1))['inner-untouched'], 'broken');
  });

  it('when a piece is missing, only the others speak', () => {
    for (const hash of new Set(pieces.map(hashOf))) {
      const told = verdicts((event) => (hashOf(event) === hash ? [] : [event]));
      assert.notEqual(told['inner-untouched'], 'broken');
    }
  });

  it('when the capture cut one, so too', () => {
    for (const hash of new Set(pieces.map(hashOf))) {
      const cut = (event: FrameEvent) => [{ ...event, bytes: event.bytes.slice(0, event.bytes.length - 4) }];
      const told = verdicts((event) => (hashOf(event) === hash ? cut(event) : [event]));
      assert.notEqual(told['inner-untouched'], 'broken');
    }
  });

  it('in whatever order they come', () => {
    const places = events.flatMap((event, index) =>
      event.kind === 'frame' && isWrappedPiece(event) ? index : [],
    );
    const backwards = [...events];
    for (const [index, place] of places.entries()) {
      const other = events[places.at(-1 - index)!]!;
      backwards[place] = { ...other, timeNs: events[place]!.timeNs };
    }
    assert.equal(verdictsOf(reportOfEvents(plan, backwards))['inner-untouched'], 'kept');
  });
});
