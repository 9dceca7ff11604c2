import assert from 'node:assert/strict';
import type { Report } from '../../../src/journey/report.ts';
import { asMac, NO_MAC } from '../../../src/packet/address.ts';
import { buildIcmpEcho, buildTcp } from '../../../src/packet/build.ts';
import { reportOf, reportOfEvents } from '../build-report.ts';
import { dnatTable, drTable, Story, tunTable, type Tamper } from '../oracle.ts';
import { dnatText, drText, ip, macOf, planOf, tunText } from '../plans.ts';

const [dr, tun, dnat] = [planOf(drText), planOf(tunText), planOf(dnatText)] as const;

/** How the last packet ended, in a capture unless told: there no forwarder says anything. */
function endOf(story: Story, engine: Report['engine'] = 'capture'): readonly [fate: string, reason: string] {
  const events = story.events.filter(({ kind }) => kind !== 'decision' || engine !== 'capture');
  const timeNs = story.nowNs + 1e9;
  const last: (typeof events)[number] = { kind: 'node', timeNs, node: 'client', state: 'running' };
  const { fate, reason } = reportOfEvents(story.plan, [...events, last], engine)
    .journeys.at(-1)!
    .hops.at(-1)!.arrival;
  return [fate, reason];
}

describe('in a capture, at the hosts', () => {
  it('a checksum that its card was still to fill in is not a wrong one', () => {
    /** The checksum of the header in the captures of one side, or of both. */
    const checksumIs = (value: number, ...directions: readonly string[]) => {
      const story = new Story(dr).talk(drTable(), ['syn', 'get']);
      for (const event of story.events.slice(-2))
        if (event.kind === 'frame' && directions.includes(event.direction)) event.bytes.fill(value, 24, 26);
      return story;
    };
    /** Of what was received less was captured than of what was sent. */
    const shorter = (story: Story) => {
      const last = story.events.at(-1)!;
      assert.ok(last.kind === 'frame');
      story.events.splice(-1, 1, { ...last, bytes: last.bytes.slice(0, -4) });
      return story;
    };
    assert.deepEqual(endOf(checksumIs(0, 'out')), ['accepted', '']);
    assert.deepEqual(endOf(shorter(checksumIs(0, 'out'))), ['accepted', '']);
    assert.deepEqual(endOf(shorter(checksumIs(0x55, 'out'))), ['dropped', 'bad-ip-checksum']);
    // The host itself got it so.
    assert.deepEqual(endOf(checksumIs(0, 'out', 'in')), ['dropped', 'bad-ip-checksum']);
    // Nobody knows how its sender had it.
    const received = checksumIs(0, 'in');
    received.events.splice(-2, 1);
    assert.deepEqual(endOf(received), ['dropped', 'bad-ip-checksum']);
    assert.deepEqual(endOf(checksumIs(0, 'out', 'in'), 'embedded'), ['dropped', 'bad-ip-checksum']);
  });

  it('a frame of which the capture does not tell where it went may have come anywhere', () => {
    const tamper: Tamper = (step) => {
      step.lost = step.leg === 2;
      if (step.lost) step.etherDestination = NO_MAC;
    };
    assert.deepEqual(endOf(new Story(dr).talk(drTable(), ['syn'], tamper)), ['unseen', 'not-captured']);
    const nobody: Tamper = (step) => {
      step.lost = step.leg === 2;
      if (step.lost) step.etherDestination = asMac(0xffff_ffff_ffff);
    };
    assert.deepEqual(endOf(new Story(dr).talk(drTable(), ['syn'], nobody), 'embedded'), [
      'lost',
      'no-receiver',
    ]);
  });

  it('that a port or a protocol is not served is no word of who only passes packets on', () => {
    for (const [leg, from, to, segment] of [
      [0, 'router', 'client', 'outside'],
      [1, 'director', 'router', 'inside'],
    ] as const)
      for (const [code, end] of [
        [1, 'dropped'],
        [2, 'unseen'],
        [3, 'unseen'],
      ] as const) {
        const story = new Story(dr).talk(drTable(), ['syn'], (step) => (step.ends = step.leg === leg));
        story.icmpError(from, to, segment, '10.0.2.11', '10.0.1.10', 3, code);
        const { fate, reason } = reportOf(story, 'capture').journeys[0]!.hops.at(-1)!.arrival;
        assert.deepEqual([fate, reason], [end, end === 'unseen' ? 'not-recorded' : 'host-unreachable']);
      }
  });

  describe('a reply to an address of the director', () => {
    const answered = () =>
      new Story(dnat).talk(dnatTable(), ['syn', 'syn-ack'], (step) => {
        step.ends = step.direction === 'reply';
      });

    it('was for somebody else where it lends that address, also where nobody recorded who had asked', () => {
      assert.equal(endOf(answered())[0], 'unseen');
      const inside = answered();
      inside.events.splice(
        0,
        inside.events.length,
        ...inside.events.filter((event) => 'segment' in event && event.segment === 'inside'),
      );
      assert.equal(endOf(inside)[0], 'unseen');
      // In a lab it would say so itself.
      assert.deepEqual(endOf(answered(), 'embedded'), ['accepted', '']);
    });

    it('is its own where it lends none, and of a ping', () => {
      const own = new Story(dr);
      const [rs1, director] = ['rs1', 'director'].map((name) => macOf(dr, name, 'inside')) as [
        ReturnType<typeof macOf>,
        ReturnType<typeof macOf>,
      ];
      const [there, back] = [
        {
          ethernet: { source: director, destination: rs1 },
          ip: { source: ip('10.0.2.2'), destination: ip('10.0.2.11'), id: 1 },
        },
        {
          ethernet: { source: rs1, destination: director },
          ip: { source: ip('10.0.2.11'), destination: ip('10.0.2.2'), id: 2 },
        },
      ];
      own.frame(
        'director',
        'rs1',
        'inside',
        buildTcp({ ...there, tcp: { sourcePort: 5, destinationPort: 80, flags: 2, sequence: 1 } }),
      );
      own.frame(
        'rs1',
        'director',
        'inside',
        buildTcp({
          ...back,
          tcp: { sourcePort: 80, destinationPort: 5, flags: 18, sequence: 7, acknowledgement: 2 },
        }),
      );
      assert.deepEqual(endOf(own), ['accepted', '']);

      const pinged = new Story(dnat);
      const ends = { source: macOf(dnat, 'director', 'inside'), destination: macOf(dnat, 'rs1', 'inside') };
      const echo = { identifier: 5, sequence: 1 };
      pinged.frame(
        'director',
        'rs1',
        'inside',
        buildIcmpEcho({
          ethernet: ends,
          ip: { source: ip('10.0.3.2'), destination: ip('10.0.3.11'), id: 1 },
          icmp: { operation: 'request', ...echo },
        }),
      );
      pinged.frame(
        'rs1',
        'director',
        'inside',
        buildIcmpEcho({
          ethernet: { source: ends.destination, destination: ends.source },
          ip: { source: ip('10.0.3.11'), destination: ip('10.0.3.2'), id: 2 },
          icmp: { operation: 'reply', ...echo },
        }),
      );
      assert.deepEqual(endOf(pinged), ['accepted', '']);
    });
  });
});

describe('in a lab, at the hosts', () => {
  it('what came out of a tunnel is refused as what came without', () => {
    const [first] = reportOf(new Story(tun).talk(tunTable(), ['syn', 'rst'])).journeys;
    assert.deepEqual(first!.hops.at(-1)!.arrival, { fate: 'answered', reason: 'connection-refused' });
  });

  it('what the forwarder drops for a reason was not its kernel’s, though it was for the node itself', () => {
    const story = new Story(dr).talk(drTable(), ['syn'], (step) => {
      step.destination = ip('10.0.2.2');
      if (step.leg === 1)
        Object.assign(step, {
          ends: true,
          decision: { relation: 'dropped', rule: 'schedule', reason: 'table-full' },
        });
    });
    assert.deepEqual(endOf(story, 'embedded'), ['dropped', 'table-full']);
  });
});
