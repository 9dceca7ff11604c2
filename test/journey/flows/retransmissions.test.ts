import assert from 'node:assert/strict';
import type { Plan } from '../../../src/lab/topology/plan.ts';
import type { Report } from '../../../src/journey/report.ts';
import { buildUdp } from '../../../src/packet/build.ts';
import { reportOf } from '../build-report.ts';
import { drTable, Story, tunTable, type PacketName, type Table, type Tamper } from '../oracle.ts';
import { drText, ip, macOf, planOf, tunText } from '../plans.ts';

const [dr, tun] = [planOf(drText), planOf(tunText)] as const;

/** What the report calls each packet: its kind, and whether it was sent before. */
function told(names: readonly PacketName[], tamper?: Tamper): (readonly [string, boolean])[] {
  const { flows, journeys } = reportOf(new Story(dr).talk(drTable(), names, tamper));
  assert.equal(flows.length, 1);
  return journeys.map(({ kind, retransmission }) => [kind, retransmission]);
}

describe('a retransmission', () => {
  it('is what sends the same piece again, once or more', () => {
    assert.deepEqual(told(['syn', 'syn', 'syn-ack', 'syn-ack', 'ack', 'get', 'get', 'get', 'fin', 'fin']), [
      ['syn', false],
      ['syn', true],
      ['syn-ack', false],
      ['syn-ack', true],
      ['ack', false],
      ['data', false],
      ['data', true],
      ['data', true],
      ['fin', false],
      ['fin', true],
    ]);
  });

  it('is not what only acknowledges', () => {
    assert.deepEqual(told(['syn', 'ack', 'ack', 'ack-get', 'ack-get']).slice(1), [
      ['ack', false],
      ['ack', false],
      ['ack', false],
      ['ack', false],
    ]);
  });

  it('is not what the other side sends at the same number', () => {
    const at =
      (sequence: number): Tamper =>
      (step) => {
        step.sequence = sequence;
      };
    for (const names of [
      ['syn', 'syn-ack'],
      ['syn', 'ok'],
      ['get', 'ok'],
      ['get', 'syn-ack'],
    ] as const)
      assert.deepEqual(
        told(names, at(7)).map(([, again]) => again),
        [false, false],
        names.join(),
      );
  });

  it('is not data behind a SYN, at whatever numbers', () => {
    for (const [syn, data] of [
      [7, 7],
      [7, 8],
      [0, 8],
    ] as const)
      assert.deepEqual(
        told(['syn', 'get'], (step) => (step.sequence = step.name === 'syn' ? syn : data)),
        [
          ['syn', false],
          ['data', false],
        ],
      );
  });

  it('need not have the same flags', () => {
    const [ACK, PSH] = [16, 8];
    let sent = 0;
    const flags = told(['get', 'get'], (step) => {
      if (step.leg === 0) sent++;
      step.flags = sent === 1 ? ACK : ACK | PSH;
    });
    assert.deepEqual(flags, [
      ['data', false],
      ['data', true],
    ]);
  });

  it('is none of a datagram, nor of a piece of a packet', () => {
    const fragments = told(['get', 'get'], (step) => {
      step.spoil = (bytes) => bytes.fill(0x20, 20, 21);
    });
    assert.deepEqual(fragments, [
      ['data', false],
      ['data', false],
    ]);
    const story = new Story(dr);
    for (const id of [1, 2]) {
      const bytes = buildUdp({
        ethernet: { source: macOf(dr, 'client', 'outside'), destination: macOf(dr, 'router', 'outside') },
        ip: { source: ip('10.0.1.10'), destination: ip('10.0.2.100'), id },
        udp: { sourcePort: 40001, destinationPort: 80 },
        payload: Uint8Array.of(7),
      });
      story.frame('client', 'router', 'outside', bytes);
    }
    assert.deepEqual(
      reportOf(story).journeys.map(({ kind, retransmission }) => [kind, retransmission]),
      [
        ['udp', false],
        ['udp', false],
      ],
    );
  });

  it('of a question about an address is the question asked again, and never an answer', () => {
    const story = new Story(dr);
    story.arp('inside', 'router', '10.0.2.1', '10.0.2.11');
    story.nowNs += 1e9;
    story.arp('inside', 'router', '10.0.2.1', '10.0.2.11', 'rs1', 'rs2');
    assert.deepEqual(
      reportOf(story).journeys.map(({ kind, retransmission }) => [kind, retransmission]),
      [
        ['arp-request', false],
        ['arp-request', true],
        ['arp-reply', false],
        ['arp-reply', false],
      ],
    );
  });
});

/** Where a sending was recorded: `NODE in SEGMENT` or `NODE out SEGMENT`, each. */
interface Sending {
  readonly at: readonly string[];
  readonly table?: Table;
}

describe('in a capture, a retransmission', () => {
  /** Whether each of several SYNs of one connection is told to be sent again; each by the records that there are of it. */
  function againIn(
    plan: Plan,
    sendings: readonly Sending[],
    engine: Report['engine'] = 'capture',
  ): readonly boolean[] {
    const story = new Story(plan);
    const kept: Story['events'] = [];
    for (const { at, table = drTable() } of sendings) {
      const before = story.events.length;
      story.talk(table, ['syn']);
      for (const event of story.events.slice(before))
        if (event.kind === 'frame' && at.includes(`${event.node} ${event.direction} ${event.segment}`))
          kept.push(event);
      story.nowNs += 1e9;
    }
    const { flows, journeys } = reportOf({ plan: story.plan, events: kept }, engine);
    assert.deepEqual([flows.length, journeys.length], [1, sendings.length]);
    return journeys.map(({ retransmission }) => retransmission);
  }
  const again = (...sendings: readonly Sending[]) => againIn(dr, sendings);

  it('is one where one recorder has both sendings, as sent or as received, on any part of their ways', () => {
    const client = { at: ['client out outside'] };
    const router = { at: ['router in outside'] };
    const inside = { at: ['director in inside'] };
    assert.deepEqual(again(client, client), [false, true]);
    assert.deepEqual(again(router, router), [false, true]);
    assert.deepEqual(again(inside, inside, inside), [false, true, true]);
    const link = { at: [...client.at, ...router.at] };
    for (const one of [client, router, link]) {
      assert.deepEqual(again(link, one), [false, true], one.at.join());
      assert.deepEqual(again(one, link), [false, true], one.at.join());
    }
    assert.deepEqual(again({ at: [...client.at, ...inside.at] }, inside), [false, true]);
  });

  it('may be the same packet, where nobody recorded both', () => {
    for (const [plan, one, other, table, otherTable = table] of [
      [dr, 'client out outside', 'router in outside', drTable()],
      [dr, 'client out outside', 'director in inside', drTable()],
      // Two nodes on one segment; two servers; one node on two segments.
      [dr, 'router out inside', 'director out inside', drTable()],
      [dr, 'rs1 in inside', 'rs2 in inside', drTable('rs1'), drTable('rs2')],
      [tun, 'router out front', 'router out back', tunTable()],
    ] as const) {
      const sendings = [
        { at: [one], table },
        { at: [other], table: otherTable },
      ];
      assert.deepEqual(againIn(plan, sendings), [false, false], `${one}, ${other}`);
      // A lab tells of every frame, and by one clock.
      assert.deepEqual(againIn(plan, sendings, 'embedded'), [false, true], `${one}, ${other}`);
    }
  });

  it('is one of any that was sent before, not only of the first', () => {
    const [client, inside] = [{ at: ['client out outside'] }, { at: ['director in inside'] }];
    assert.deepEqual(again(client, inside, inside), [false, false, true]);
    assert.deepEqual(again(client, inside, client), [false, false, true]);
  });

  it('of data is one where nothing but headers was captured', () => {
    const { plan, events } = new Story(dr).talk(drTable(), ['get', 'get', 'ack', 'ack']);
    const cut = events.map((event) =>
      event.kind === 'frame' ? { ...event, bytes: event.bytes.slice(0, 54) } : event,
    );
    assert.deepEqual(
      reportOf({ plan, events: cut }, 'capture').journeys.map(({ kind, retransmission }) => [
        kind,
        retransmission,
      ]),
      [
        ['data', false],
        ['data', true],
        ['ack', false],
        ['ack', false],
      ],
    );
  });
});
