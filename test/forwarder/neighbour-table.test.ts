import assert from 'node:assert/strict';
import { NeighbourTable } from '../../src/forwarder/neighbours/neighbour-table.ts';
import { fillFrame, makeFrame, type Frame } from '../../src/forwarder/frame.ts';
import { Output } from '../../src/forwarder/output.ts';
import { makePort } from '../../src/forwarder/port.ts';
import { type Mac, type SignedIpv4, toSigned } from '../../src/packet/address.ts';
import * as arp from '../../src/packet/arp.ts';
import * as ethernet from '../../src/packet/ethernet.ts';
import {
  ACK,
  assertSent,
  directorConfig,
  ip,
  mac,
  M_DIRECTOR,
  M_ROUTER,
  M_SERVER,
  M_SERVER2,
  request,
  Rig,
  RIP,
  RS1,
  RS2,
} from './rig.ts';

/** Who is known, for how long, and who makes room. */

const PORT = makePort({ ...directorConfig().interfaces[0]!, prefixLength: 16 }, 0);
const address = (number: number): SignedIpv4 => toSigned(ip(`10.0.${4 + (number >>> 8)}.${number & 255}`));

/** A table alone, with as many entries as it holds; the number of each is its address. */
class Full {
  readonly output = new Output();
  readonly table = new NeighbourTable(this.output);

  constructor() {
    for (let number = 0; number < 1024; number++) this.learn(number);
  }

  learn(number: number, from: Mac = M_SERVER): void {
    this.table.learn(this.table.get(PORT, address(number)), from, 'asked-us', 0);
  }

  knows(number: number): boolean {
    return this.table.find(PORT, address(number)) !== undefined;
  }

  send(number: number): void {
    this.output.begin();
    this.table.deliver(frame(), this.table.get(PORT, address(number)), this.output.verdict(), 0);
  }
}

function frame(): Frame {
  const made = makeFrame(64);
  fillFrame(made, 0, request(5));
  return made;
}

describe('a full neighbour table', () => {
  it('knows 1024; the next one takes the place of who was learnt longest ago', () => {
    const full = new Full();
    assert.ok(full.knows(0));
    full.learn(0, M_SERVER2);
    const oldest = full.table.get(PORT, address(1));
    full.learn(2000);
    assert.deepEqual(
      [0, 1, 2, 2000].map((number) => full.knows(number)),
      [true, false, true, true],
    );
    // It is another entry from now on.
    assert.notEqual(full.table.get(PORT, address(1)), oldest);
    assert.equal(oldest.listed, false);
  });

  it('passes over who a frame went to, once for each time', () => {
    const full = new Full();
    full.send(0);
    full.learn(2000);
    assert.deepEqual(
      [0, 1].map((number) => full.knows(number)),
      [true, false],
    );
    // It stands behind all others now, until their turn is over.
    for (let number = 2001; number < 2001 + 1022; number++) full.learn(number);
    assert.deepEqual(
      [0, 1023, 2000].map((number) => full.knows(number)),
      [true, false, true],
    );
    full.learn(4000);
    assert.equal(full.knows(0), false);
  });

  it('is empty when it was cleared, and what was in it makes room for nobody', () => {
    const full = new Full();
    full.table.clear();
    assert.ok(!full.knows(5));
    const fresh = full.table.get(PORT, address(5));
    full.learn(5);
    for (let number = 2000; number < 3023; number++) full.learn(number);
    assert.equal(full.table.get(PORT, address(5)), fresh);
    assert.ok(full.knows(5));
  });
});

describe('neighbours of a director whose interface changes', () => {
  it('are asked by the new MAC address, and sent frames from it', () => {
    const config = directorConfig();
    const rig = new Rig(config).learn(RIP, M_SERVER);
    rig.give(request(5));
    const own = mac('02:00:00:00:02:ff');
    rig.reconfigure({ ...config, interfaces: [{ ...config.interfaces[0]!, mac: own }] });
    const [asked] = rig.give(request(5, ACK, { macs: [M_ROUTER, own] })).sent;
    assert.equal(ethernet.sourceOf(asked!.bytes, 0), own);
    assert.equal(arp.senderMacOf(asked!.bytes, 14), own);
    const sent = rig.sent.length;
    rig.answer(RIP, M_SERVER);
    assert.deepEqual(
      rig.sent.slice(sent).map(({ bytes }) => ethernet.sourceOf(bytes, 0)),
      [],
    );
  });
});

describe('several neighbours', () => {
  it('are each asked in their own time', () => {
    const rig = new Rig(directorConfig({ servers: [RS1, RS2] }));
    const asked = (): string[] =>
      rig.sent.map(({ bytes }) => `${rig.now} ${arp.targetIpOf(bytes, 14) === RIP ? 'rs1' : 'rs2'}`);
    rig.give(request(5));
    rig.pass(400);
    rig.give(request(6));
    rig.sent.length = 0;
    const times: string[] = [];
    for (let i = 0; i < 40; i++) {
      rig.pass(100);
      times.push(...asked());
      rig.sent.length = 0;
    }
    assert.deepEqual(times, ['1000 rs1', '1400 rs2', '2000 rs1', '2400 rs2']);
    assert.equal(rig.drops()['neighbour-unreachable'], 2);
  });

  it('what waited for one leaves once', () => {
    const rig = new Rig(directorConfig());
    rig.give(request(5));
    rig.answer(RIP, M_SERVER);
    rig.sent.length = 0;
    rig.answer(RIP, M_SERVER);
    rig.answer(RIP, M_SERVER2);
    rig.give(request(6));
    assert.equal(rig.sent.length, 1);
  });

  it('no packet waits for who is only doubted', () => {
    const rig = new Rig(directorConfig()).learn(RIP, M_SERVER);
    rig.now = 31_000;
    rig.step = 500;
    rig.give(request(5));
    assert.deepEqual([rig.port.forwarder.quiet, rig.port.forwarder.holds], [false, false]);
    rig.pass(8000);
    rig.give(request(5));
    assert.equal(rig.port.forwarder.holds, true);
  });
});

describe('the faster of two neighbours with one address', () => {
  // neighbour.c: `neigh->updated` is when the MAC address or the state last changed; `locktime` counts from then.
  /** What happens at which times; whether another one's answer is believed at the last. */
  const CASES: readonly [
    string,
    readonly (readonly [at: number, event: 'answer' | 'frame'])[],
    number,
    boolean,
  ][] = [
    [
      'answered',
      [
        [0, 'frame'],
        [700, 'answer'],
      ],
      1700,
      false,
    ],
    [
      'answered, and a second is over',
      [
        [0, 'frame'],
        [700, 'answer'],
      ],
      1701,
      true,
    ],
    [
      'answered again, which changes nothing',
      [
        [0, 'frame'],
        [700, 'answer'],
        [9000, 'answer'],
      ],
      9500,
      true,
    ],
    [
      'answered anew when the answer was old',
      [
        [0, 'frame'],
        [700, 'answer'],
        [30_700, 'answer'],
      ],
      31_700,
      false,
    ],
    [
      'answered anew, and a second is over',
      [
        [0, 'frame'],
        [700, 'answer'],
        [30_700, 'answer'],
      ],
      31_701,
      true,
    ],
    [
      'is doubted',
      [
        [0, 'frame'],
        [0, 'answer'],
        [31_000, 'frame'],
      ],
      32_000,
      false,
    ],
    [
      'is doubted for more than a second',
      [
        [0, 'frame'],
        [0, 'answer'],
        [31_000, 'frame'],
      ],
      32_001,
      true,
    ],
    [
      'is asked',
      [
        [0, 'frame'],
        [0, 'answer'],
        [31_000, 'frame'],
      ],
      37_000,
      false,
    ],
    [
      'is asked again',
      [
        [0, 'frame'],
        [0, 'answer'],
        [31_000, 'frame'],
      ],
      37_001,
      true,
    ],
  ];
  for (const [what, events, at, believed] of CASES)
    it(`${what}: the other is ${believed ? 'believed' : 'not heard'} at ${at} ms`, () => {
      const rig = new Rig(directorConfig());
      rig.step = 1;
      for (const [time, event] of events) {
        if (time > rig.now) rig.pass(time - rig.now);
        if (event === 'answer') rig.answer(RIP, M_SERVER);
        else rig.give(request(5));
      }
      rig.pass(at - rig.now);
      rig.answer(RIP, M_SERVER2);
      assertSent(
        rig.give(request(5, ACK)).sent,
        request(5, ACK, { macs: [M_DIRECTOR, believed ? M_SERVER2 : M_SERVER], ttl: 62 }),
      );
    });
});
