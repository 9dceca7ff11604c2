import assert from 'node:assert/strict';
import { EvictedTally } from '../../../src/journey/ledger/evicted-tally.ts';
import type { Request } from '../../../src/journey/report.ts';

const gone = (change: Partial<Request>) =>
  ({ protocol: 'tcp', outcome: 'answered', ...change }) as unknown as Request;

describe('requests that are not kept any more', () => {
  it('are counted by protocol, outcome and finding, as often as they stand for', () => {
    const tally = new EvictedTally();
    assert.deepEqual([tally.count, tally.all], [0, []]);
    const lost = gone({ outcome: 'lost', times: 7 });
    const found = gone({ finding: 'answer-not-seen' });
    for (const one of [gone({}), lost, gone({}), found, gone({ protocol: 'udp' }), lost]) tally.add(one);
    assert.deepEqual(tally.all, [
      { protocol: 'tcp', outcome: 'answered', times: 2 },
      { protocol: 'tcp', outcome: 'lost', times: 14 },
      { protocol: 'tcp', outcome: 'answered', finding: 'answer-not-seen', times: 1 },
      { protocol: 'udp', outcome: 'answered', times: 1 },
    ]);
    assert.equal(tally.count, 6);
  });
});
