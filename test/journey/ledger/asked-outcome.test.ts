import assert from 'node:assert/strict';
import { askedOutcome } from '../../../src/journey/ledger/asked-outcome.ts';
import type { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import type { RequestRecord } from '../../../src/journey/records/request-record.ts';
import type { FlowOutcome } from '../../../src/journey/report.ts';
import type { RequestEnd } from '../../../src/lab/events.ts';
import { ip } from '../plans.ts';

const vip = ip('10.0.2.100');
const flow = (journeys: unknown[] = []) =>
  ({
    client: { node: 'client' },
    serviceAddress: vip,
    service: { port: 80 },
    journeys,
  }) as unknown as FlowRecord;
const requests = (...ends: (RequestEnd | undefined)[]) =>
  ends.map((end) => ({ end }) as unknown as RequestRecord);

const lost: FlowOutcome = { kind: 'lost', at: 'router', reason: 'link-loss', frames: [7] };
const answered: FlowOutcome = { kind: 'answered' };
const open: FlowOutcome = { kind: 'open' };
const gaveUp: FlowOutcome = { kind: 'lost', at: 'client', reason: 'client-gave-up', frames: [] };
const none = () => undefined;

/** An ICMP error of `from` about a datagram that came from the service. */
const complaint = (from: string, source = vip, sourcePort = 80) => ({
  kind: 'icmp-error',
  first: { from, facts: { quoted: { source, sourcePort } } },
});

describe('how a flow did whose client tells', () => {
  const how = (
    ends: (RequestEnd | undefined)[],
    seen: FlowOutcome,
    shortfall: () => FlowOutcome | undefined = none,
    journeys: unknown[] = [],
  ) => askedOutcome(requests(...ends), flow(journeys), seen, shortfall);

  it('is the word of the client, whatever the frames show', () => {
    assert.deepEqual(how([{ outcome: 'answered' }], lost), answered);
    assert.deepEqual(how([undefined], answered), open);
    assert.deepEqual(how([undefined], lost), lost);
    // What is missing of an answer may still come.
    assert.deepEqual(
      how([undefined, { outcome: 'timed-out' }], answered, () => lost),
      open,
    );
  });

  it('names what frames show of a request that was not answered', () => {
    assert.deepEqual(how([{ outcome: 'timed-out' }], lost), lost);
    assert.deepEqual(how([{ outcome: 'timed-out' }], open), gaveUp);
    assert.deepEqual(how([{ outcome: 'cut' }], open), { kind: 'open', reason: 'cut' });
    assert.deepEqual(how([{ outcome: 'unreachable' }], open), open);
  });

  it('asks what is missing where frames show an answer all the same', () => {
    assert.deepEqual(
      how([{ outcome: 'timed-out' }], answered, () => lost),
      lost,
    );
    assert.deepEqual(how([{ outcome: 'timed-out' }], answered), gaveUp);
    // What is lost of an answer is not asked for where frames show no answer.
    assert.deepEqual(
      how([{ outcome: 'timed-out' }], open, () => lost),
      gaveUp,
    );
  });

  it('says how much of an answer came, where the rest was lost, and who refused it', () => {
    const part: RequestEnd = { outcome: 'partial', bytes: 5, ofBytes: 9 };
    const refused: FlowOutcome = { kind: 'refused', by: 'rs1', reason: 'reset-by-server', frames: [9] };
    assert.deepEqual(how([part], open), { kind: 'partial', bytes: 5, ofBytes: 9, frames: [] });
    assert.deepEqual(
      how([part], open, () => lost),
      { kind: 'partial', bytes: 5, ofBytes: 9, at: 'router', reason: 'link-loss', frames: [7] },
    );
    assert.deepEqual(
      how([{ outcome: 'partial' }], open, () => refused),
      { kind: 'partial', bytes: 0, at: 'rs1', reason: 'reset-by-server', frames: [9] },
    );
    // Of several requests no bytes can be told.
    assert.deepEqual(how([part, { outcome: 'answered' }], open), gaveUp);
  });

  it('that nobody told of is said as that, with the reason', () => {
    assert.deepEqual(how([{ outcome: 'untold', reason: 'client-gone' }], open), {
      kind: 'lost',
      at: 'client',
      reason: 'client-gone',
      frames: [],
    });
    assert.deepEqual(how([{ outcome: 'untold' }], open), {
      kind: 'lost',
      at: 'client',
      reason: 'client-silent',
      frames: [],
    });
    assert.deepEqual(how([{ outcome: 'untold' }], lost), lost);
  });

  describe('what a client that gave up still refuses', () => {
    const own: FlowOutcome = { kind: 'refused', by: 'client', reason: 'port-unreachable', frames: [3] };
    const reset: FlowOutcome = { kind: 'refused', by: 'client', reason: 'reset-by-client', frames: [3] };
    const dropped: FlowOutcome = { kind: 'lost', at: 'client', reason: 'port-unreachable', frames: [3] };
    const late: RequestEnd = { outcome: 'timed-out' };

    it('is not why its answer did not come', () => {
      assert.deepEqual(how([late], reset), gaveUp);
      assert.deepEqual(how([late], own, none, [complaint('client')]), gaveUp);
      assert.deepEqual(how([late], dropped, none, [complaint('client')]), gaveUp);
      assert.deepEqual(
        how([late], answered, () => dropped, [complaint('client')]),
        gaveUp,
      );
      assert.deepEqual(
        how([late], reset, () => lost),
        lost,
      );
    });

    it('but for a client that waits it is, and so is what somebody else refuses or it says of something else', () => {
      assert.deepEqual(how([{ outcome: 'refused' }], reset), reset);
      const servers: FlowOutcome = { kind: 'refused', by: 'rs1', reason: 'port-unreachable', frames: [3] };
      const elsewhere: FlowOutcome = { ...dropped, at: 'rs1' };
      for (const seen of [servers, elsewhere])
        assert.deepEqual(how([late], seen, none, [complaint('client')]), seen);
      for (const other of [
        complaint('rs1'),
        complaint('client', ip('10.0.2.1')),
        complaint('client', vip, 81),
      ])
        assert.deepEqual(how([late], own, none, [other]), own);
      const filtered: FlowOutcome = { ...dropped, reason: 'filtered' };
      assert.deepEqual(how([late], filtered, none, [complaint('client')]), filtered);
    });
  });
});
