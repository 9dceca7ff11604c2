import assert from 'node:assert/strict';
import { isAbsenceProven } from '../../../src/journey/judgement/absence.ts';
import { segmentOf } from '../../../src/journey/records/sendings.ts';
import { CapturePoints } from '../../../src/journey/records/capture-points.ts';
import { Completeness } from '../../../src/journey/records/completeness.ts';
import type { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import type { HopRecord } from '../../../src/journey/records/hop-record.ts';
import type { JourneyRecord } from '../../../src/journey/records/journey-record.ts';
import { ACK, FIN, PSH, SYN } from '../../../src/packet/tcp.ts';

/** One packet and the frame of it on one link, from the client to the router unless told. */
interface Sent {
  readonly direction?: 'request' | 'reply';
  readonly timeNs?: number;
  /** Its place among all; its time, when left out. */
  readonly order?: number;
  readonly from?: string;
  readonly to?: string;
  readonly segment?: string;
  /** Who recorded it; the sender alone when left out. */
  readonly by?: 'sender' | 'receiver' | 'both';
  /** It was seen going on from the router. */
  readonly through?: boolean;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Where else its frames were sent from. */
  readonly alsoFrom?: readonly string[];
  /** It was seen leaving the router for the server, by whom. */
  readonly next?: 'sender' | 'receiver' | 'both';
}

/** A share of frames lost on the way out of each interface. */
let loss = 0;
const network = {
  station: () => ({ port: { loss } }),
  node: (name: string) =>
    name === 'router' ? { interfaces: [{ segment: 'outside' }, { segment: 'inside', loss }] } : undefined,
};

function sent(change: Sent): HopRecord {
  const { direction = 'request', timeNs = 0, by = 'sender', through = false } = change;
  const { from = 'client', to = 'router', segment = 'outside', alsoFrom = [] } = change;
  const facts = {
    ...{ kind: 'tcp', sequence: 1000, sentLength: 10, flags: ACK, fragment: false, acknowledgement: 0 },
    ...{ bytes: new Uint8Array(0), l4At: 0, payloadAt: 0, ...change.facts },
  };
  const hop = {
    ...{ from, to, segment, timeNs, facts, stage: { network }, followers: through ? 1 : 0 },
    ...{ received: by !== 'sender', secondFrame: by === 'both' ? 7 : 0 },
  } as unknown as HopRecord;
  const { next } = change;
  const further = next && {
    ...{ from: 'router', to: 'server', segment: 'inside' },
    ...{ received: next !== 'sender', secondFrame: next === 'both' ? 8 : 0 },
  };
  hop.journey = {
    ...{ direction, order: change.order ?? timeNs, first: hop },
    hops: [
      hop,
      ...alsoFrom.map((name) => ({ from: name, to: '', segment: 'else' })),
      ...(further ? [further] : []),
    ],
  } as unknown as JourneyRecord;
  return hop;
}

/** What the router's recorder has: first and last frame at each interface. */
function recorded(
  firstNs: number,
  lastNs: number,
  {
    whole = [] as readonly string[],
    lacks = false,
    segments = ['outside', 'inside'],
    clockErrorsNs = new Map<string, number>(),
  } = {},
): Completeness {
  const completeness = new Completeness(new CapturePoints({ whole: new Set(whole), clockErrorsNs }));
  for (const segment of segments)
    for (const timeNs of [firstNs, lastNs]) completeness.recorded('router', segment, timeNs);
  if (lacks) completeness.lacks('router');
  return completeness;
}

const isProvenBy = (
  hop: HopRecord,
  others: readonly HopRecord[],
  completeness = recorded(0, 0),
  isReused = false,
) =>
  isAbsenceProven(
    hop,
    flowOf(
      [hop, ...others].map(({ journey }) => journey!),
      isReused,
    ),
    completeness,
  );

const proven = isProvenBy;

function flowOf(journeys: readonly JourneyRecord[], isReused: boolean): FlowRecord {
  const segments = new Map<number, JourneyRecord[]>();
  for (const journey of journeys) {
    const key = segmentOf(journey);
    if (key !== undefined) segments.set(key, [...(segments.get(key) ?? []), journey]);
  }
  return { journeys, isReused, segments } as unknown as FlowRecord;
}

describe('that a packet did not come, though its record may be missing', () => {
  const AT = 100;
  const lost = sent({ timeNs: AT });

  describe('is proven by its sender, who sent it again, that came, and was answered', () => {
    const before = sent({
      ...{ direction: 'reply', timeNs: 1, from: 'router', to: 'client' },
      facts: { sequence: 1, sentLength: 0, acknowledgement: 1000 },
    });
    const proven = (hop: HopRecord, others: readonly HopRecord[], completeness = recorded(0, 0)) =>
      isProvenBy(hop, [before, ...others], completeness);
    const again = (change: Sent = {}) => sent({ timeNs: 200, through: true, ...change });
    const answer = (change: Sent = {}) =>
      sent({
        ...{ direction: 'reply', timeNs: 300, from: 'router', to: 'client' },
        ...change,
        facts: { sequence: 1, sentLength: 0, acknowledgement: 1010, ...change.facts },
      });

    it('as it was, longer, with another flag, or where only the router has it', () => {
      assert.equal(proven(lost, [again(), answer()]), true);
      for (const like of [
        { facts: { sentLength: 11 } },
        { facts: { flags: ACK | PSH } },
        { through: false, by: 'both' },
        { to: '' },
      ] as const)
        assert.equal(proven(lost, [again(like), answer()]), true, JSON.stringify(like));
      const fin = { facts: { flags: ACK | FIN } };
      const finished = answer({ facts: { acknowledgement: 1011 } });
      assert.equal(proven(sent({ timeNs: AT, ...fin }), [again(fin), finished]), true);
    });

    it('of what the router has, where it would have been recorded next, too', () => {
      const kept = sent({ timeNs: AT, by: 'both' });
      const provenBy = (next: Sent['next'], firstNs?: number, lacks = false) => {
        const completeness = recorded(0, 0);
        if (firstNs !== undefined) completeness.recorded('server', 'inside', firstNs);
        if (lacks) completeness.lacks('server');
        return proven(kept, [again({ by: 'both', ...(next && { next }) }), answer()], completeness);
      };
      assert.equal(provenBy('both', AT), true);
      // One record alone may be missing.
      assert.equal(provenBy(undefined), false);
      for (const next of ['sender', 'receiver'] as const) assert.equal(provenBy(next, AT), false);
      for (const firstNs of [undefined, AT + 1]) assert.equal(provenBy('both', firstNs), false);
      assert.equal(provenBy('both', AT, true), false);
    });

    it('where all before it had come by then: else nobody could have acknowledged it', () => {
      for (const [change, isProven] of [
        [{}, true],
        [{ timeNs: 199 }, true],
        [{ timeNs: 200 }, false],
        [{ facts: { acknowledgement: 999 } }, false],
        [{ direction: 'request' }, false],
      ] as const) {
        const all = sent({
          direction: 'reply',
          timeNs: 1,
          ...change,
          facts: { acknowledgement: 1000, ...('facts' in change && change.facts) },
        });
        assert.equal(isProvenBy(lost, [all, again(), answer()]), isProven, JSON.stringify(change));
      }
      // Before the first one there is nothing.
      const syn = { facts: { flags: SYN, sentLength: 0 } };
      const accepted = answer({ facts: { acknowledgement: 1001 } });
      assert.equal(isProvenBy(sent({ timeNs: AT, ...syn }), [again(syn), accepted]), true);
    });

    it('but by no other packet', () => {
      for (const other of [
        { facts: { sequence: 1001, sentLength: 9 } },
        { facts: { sentLength: 9 } },
        { facts: { flags: ACK | FIN } },
        { facts: { flags: ACK | SYN } },
        { facts: { kind: 'udp' } },
        { direction: 'reply' },
        { through: false },
        { from: 'other' },
        { segment: 'inside' },
        { to: 'other' },
      ] as const)
        assert.equal(proven(lost, [again(other), answer()]), false, JSON.stringify(other));
      const kept = sent({ timeNs: AT, by: 'both' });
      assert.equal(proven(kept, [again({ by: 'both', through: false }), answer()]), false);
    });

    it('nor by one that was not sent later, by one clock', () => {
      for (const before of [
        { timeNs: AT, order: AT + 1 },
        { timeNs: AT - 1, order: AT + 1 },
        { order: AT },
        { order: AT - 1 },
        { by: 'receiver' },
      ] as const)
        assert.equal(proven(lost, [again(before), answer()]), false, JSON.stringify(before));
      const kept = sent({ timeNs: AT, by: 'receiver' });
      assert.equal(proven(kept, [again({ by: 'both' }), answer()]), false);
    });

    it('nor where nothing answers it, or what answers may answer the first', () => {
      assert.equal(proven(lost, [again()]), false);
      assert.equal(proven(lost, [again(), answer({ facts: { acknowledgement: 1009 } })]), false);
      assert.equal(proven(lost, [again(), answer({ timeNs: 200 })]), false);
      assert.equal(proven(lost, [again(), answer({ timeNs: 199 })]), false);
      // Another that came before says nothing of when: its sender's time is not known.
      const before = again({ timeNs: 150, by: 'receiver' });
      assert.equal(proven(lost, [before, again(), answer({ timeNs: 200 })]), false);
      assert.equal(proven(lost, [before, again(), answer({ timeNs: 201 })]), true);
      // Of two that came after it, the first counts.
      assert.equal(proven(lost, [again(), again({ timeNs: 250 }), answer({ timeNs: 225 })]), true);
    });

    it('nor where the router’s own records are known to have gaps, or began later', () => {
      const provenBy = (completeness: Completeness) => proven(lost, [again(), answer()], completeness);
      assert.equal(provenBy(recorded(0, 0, { lacks: true })), false);
      assert.equal(provenBy(recorded(AT, 300)), true);
      assert.equal(provenBy(recorded(AT + 1, 300)), false);
      assert.equal(provenBy(recorded(0, 0, { segments: [] })), false);
    });

    it('whatever a whole record says, if the answer came before any other copy', () => {
      const whole = recorded(0, 0, { whole: ['router.outside'] });
      assert.equal(proven(lost, [], whole), true);
      assert.equal(proven(lost, [answer()], whole), false);
      assert.equal(proven(lost, [again(), answer({ timeNs: 150 })], whole), false);
      assert.equal(proven(lost, [again(), answer({ timeNs: 200 })], whole), false);
      assert.equal(proven(lost, [again(), answer({ timeNs: 201 })], whole), true);
    });
  });

  describe('is proven by the recorder that missed nothing', () => {
    it('where it was to come; of what came, at each way out', () => {
      const [came, wholeIn, wholeAll] = [
        sent({ timeNs: AT, by: 'both' }),
        recorded(0, 0, { whole: ['router.outside'] }),
        recorded(0, 0, { whole: ['router.outside', 'router.inside'] }),
      ];
      assert.deepEqual([proven(lost, [], wholeIn), proven(came, [], wholeIn)], [true, false]);
      assert.deepEqual([proven(lost, [], wholeAll), proven(came, [], wholeAll)], [true, true]);
    });

    it('but not at a node that nobody knows', () => {
      const whole = recorded(0, 0, { whole: ['router.outside', 'stranger.outside', '.outside'] });
      for (const to of ['stranger', '']) assert.equal(proven(sent({ timeNs: AT, to }), [], whole), false);
    });
  });

  describe('is proven by four of one flow of which none came through, while the router recorded', () => {
    const awake = recorded(0, 1000);
    const more = (count: number, change: Sent = {}) =>
      Array.from({ length: count }, (_, index) =>
        sent({ timeNs: AT + 1 + index, facts: { sequence: 2000 + index }, ...change }),
      );

    it('and not by fewer, nor where one went on', () => {
      assert.equal(proven(lost, more(2), awake), false);
      assert.equal(proven(lost, more(3), awake), true);
      for (const one of [
        { through: true },
        { by: 'receiver' },
        { by: 'both' },
        { alsoFrom: ['router'] },
        { segment: 'inside', alsoFrom: ['router'] },
      ] as const)
        assert.equal(proven(lost, [...more(3), ...more(1, one)], awake), false, JSON.stringify(one));
    });

    it('nor by what went the other way or another way, whatever became of it', () => {
      for (const elsewhere of [
        { direction: 'reply' },
        { segment: 'inside' },
        { from: 'other' },
        { to: 'other' },
      ] as const) {
        assert.equal(proven(lost, [...more(2), ...more(1, elsewhere)], awake), false);
        const others = more(3, { ...elsewhere, through: true });
        assert.equal(proven(lost, [...more(3), ...others], awake), true, JSON.stringify(elsewhere));
      }
      const back = more(1, { direction: 'reply', from: 'router', to: 'client', through: true });
      assert.equal(proven(lost, [...more(3), ...back], awake), true);
    });

    it('nor where the router recorded nothing before, or nothing after', () => {
      for (const [firstNs, lastNs, isProven] of [
        [AT, AT + 3, true],
        [AT + 1, 1000, false],
        [0, AT - 1, false],
        // Of each of them.
        [AT, AT + 2, false],
      ] as const)
        assert.equal(proven(lost, more(3), recorded(firstNs, lastNs)), isProven);
      const early = more(1, { timeNs: AT - 1, order: AT + 4 });
      assert.equal(proven(lost, [...more(2), ...early], recorded(AT, 1000)), false);
    });

    it('nor where clocks may be so wrong that it was before or after', () => {
      const provenBy = (errors: Record<string, number>) => {
        const clockErrorsNs = new Map(Object.entries(errors));
        return proven(lost, more(3), recorded(AT - 50, AT + 53, { clockErrorsNs }));
      };
      assert.equal(provenBy({ client: 25, router: 25, other: 1000 }), true);
      assert.equal(provenBy({ client: 26, router: 25 }), false);
      assert.equal(provenBy({ client: 25, router: 26 }), false);
    });

    it('nor by what was seen less far, or with nobody known to be meant', () => {
      const kept = sent({ timeNs: AT, by: 'both' });
      assert.equal(proven(kept, more(3, { by: 'both' }), awake), true);
      assert.equal(proven(kept, [...more(2, { by: 'both' }), ...more(1)], awake), false);
      assert.equal(proven(lost, [...more(2), ...more(1, { to: '' })], awake), false);
    });

    it('nor where frames are lost by chance', () => {
      const kept = sent({ timeNs: AT, by: 'both' });
      try {
        for (const [share, isProven] of [
          [0.01, false],
          [0.99, false],
          [1, true],
        ] as const) {
          loss = share;
          assert.equal(proven(lost, more(3), awake), isProven);
          assert.equal(proven(kept, more(3, { by: 'both' }), awake), isProven);
        }
      } finally {
        loss = 0;
      }
    });

    it('nor where another connection has the same ports', () => {
      assert.equal(proven(lost, more(3), awake, true), false);
    });

    it('nor is more than the first hundred of a flow looked at', () => {
      const others = (count: number) => more(count, { segment: 'inside' });
      assert.equal(proven(lost, [...others(96), ...more(3)], awake), true);
      assert.equal(proven(lost, [...others(97), ...more(3)], awake), false);
    });

    it('nor where one of them was acknowledged: its record is missing', () => {
      const answered = (acknowledgement: number) => [
        ...more(3, { facts: { sequence: 2000 } }),
        sent({
          ...{ direction: 'reply', timeNs: AT + 9, from: 'router', to: 'client' },
          facts: { sequence: 1, sentLength: 0, acknowledgement },
        }),
      ];
      const nothing = sent({ timeNs: AT, facts: { sequence: 1000, sentLength: 0 } });
      assert.equal(proven(nothing, answered(2009), awake), true);
      assert.equal(proven(nothing, answered(2010), awake), false);
    });

    it('of questions about an address, by three, and only where nobody was ever spoken to who had to ask', () => {
      const ask = { facts: { kind: 'arp' } };
      const asked = sent({ timeNs: AT, ...ask });
      assert.equal(proven(asked, more(1, ask), awake), false);
      assert.equal(proven(asked, more(2, ask), awake), true);
      const spoken = (whole: readonly string[] = []) => {
        const completeness = recorded(0, 1000, { whole });
        completeness.look(sent({ from: 'router', to: 'client', by: 'both', facts: { ipAt: 14 } }));
        return completeness;
      };
      assert.equal(proven(asked, more(2, ask), spoken()), false);
      assert.equal(proven(lost, more(3), spoken()), true);
      assert.equal(proven(asked, more(2, ask), spoken(['router.outside'])), true);
    });
  });
});
