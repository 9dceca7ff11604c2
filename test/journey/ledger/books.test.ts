import assert from 'node:assert/strict';
import { Ledger } from '../../../src/journey/ledger/ledger.ts';
import { requestView } from '../../../src/journey/ledger/request-view.ts';
import type { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import { asked, ended, flowOf } from './books.ts';

/** Looks, and notes it at the flow, as its judge does. */
function look(ledger: Ledger, flow: FlowRecord): number[] {
  flow.requests = ledger.look(flow);
  return flow.requests.map((record) => record.asked.id);
}

const ids = (ledger: Ledger) => [...ledger.records].map((record) => record.asked.id);

describe('the books of the ledger', () => {
  it('tell who waited no longer, in the order of asking, and of nobody who was answered or refused', () => {
    const ledger = new Ledger();
    const events = [asked(1, 10), asked(2, 20), asked(3, 30), asked(4, 40)];
    for (const event of events) ledger.add(event);
    for (const [index, outcome] of [
      [3, 'partial'],
      [1, 'answered'],
      [2, 'refused'],
      [0, 'timed-out'],
    ] as const)
      ledger.add(ended(events[index]!, 100 + index, outcome));
    assert.deepEqual(
      ledger.gaveUp.map((record) => record.asked.id),
      [1, 4],
    );
  });

  it('take an end that is told first, of a recording that begins in between', () => {
    const ledger = new Ledger();
    ledger.add(ended(asked(1, 10), 20, 'timed-out'));
    assert.deepEqual(
      ledger.gaveUp.map((record) => record.end?.outcome),
      ['timed-out'],
    );
  });

  it('ask only flows that may carry what is new, and ask them once', () => {
    const ledger = new Ledger();
    const [own, before] = [flowOf('tcp', [50, 60]), flowOf('tcp', [1, 2])];
    for (const flow of [before, own]) look(ledger, flow);
    ledger.add(asked(1, 40));
    assert.deepEqual([...ledger.takeNews()], [own]);
    assert.deepEqual([...ledger.takeNews()], []);
    ledger.add(asked(2, 40, { sourcePort: 0 }));
    assert.deepEqual([...ledger.takeNews()], [own]);
  });

  it('still know a flow after those that are gone were forgotten', () => {
    const ledger = new Ledger();
    const [gone, kept] = [flowOf('tcp', [10], { sourcePort: 40002 }), flowOf('tcp', [20])];
    for (const flow of [gone, kept]) look(ledger, flow);
    gone.gone = true;
    ledger.sweep();
    ledger.add(asked(1, 15));
    assert.deepEqual([...ledger.takeNews()], [kept]);
  });

  it('find the request of a connection behind later ones that cannot be its own', () => {
    const ledger = new Ledger();
    ledger.add(asked(1, 10));
    ledger.add(asked(2, 12, { port: 81 }));
    assert.deepEqual(look(ledger, flowOf('tcp', [20])), [1]);
  });

  it('find it also behind later ones from its port that are over before it begins', () => {
    const ledger = new Ledger();
    const [first, second] = [asked(1, 10), asked(2, 20)];
    for (const event of [first, second]) ledger.add(event);
    ledger.add(ended(second, 30, 'unsent'));
    assert.deepEqual(look(ledger, flowOf('tcp', [40])), [1]);
  });

  it('ask a flow behind later ones that cannot carry what is new', () => {
    const ledger = new Ledger();
    const [own, later] = [flowOf('tcp', [50, 60]), flowOf('tcp', [70], { port: 81 })];
    for (const flow of [own, later]) look(ledger, flow);
    ledger.add(asked(1, 40));
    assert.deepEqual([...ledger.takeNews()], [own]);
  });

  it('ask both the flow that a request was taken to be in, and the one that its port tells', () => {
    const ledger = new Ledger();
    const event = asked(1, 10, { sourcePort: 0 });
    ledger.add(event);
    const [other, own] = [flowOf('tcp', [20], { sourcePort: 2 }), flowOf('tcp', [30], { sourcePort: 1 })];
    for (const flow of [other, own]) look(ledger, flow);
    assert.deepEqual([other.requests.length, own.requests.length], [1, 0]);
    ledger.takeNews();
    ledger.add(ended(event, 90, 'answered', 1));
    assert.deepEqual(ledger.takeNews(), new Set([other, own]));
    assert.deepEqual([look(ledger, other), look(ledger, own)], [[], [1]]);
  });

  it('give a flow of datagrams those that sent something before they ended, from the very moment of asking', () => {
    const ledger = new Ledger();
    const udp = { protocol: 'udp' } as const;
    const [first, silent, last] = [asked(1, 10, udp), asked(2, 30, udp), asked(3, 100, udp)];
    for (const event of [first, silent, last]) ledger.add(event);
    ledger.add(ended(first, 20, 'answered'));
    ledger.add(ended(silent, 50, 'timed-out'));
    assert.deepEqual(look(ledger, flowOf('udp', [10, 100])), [1, 3]);
  });

  it('give a flow of datagrams what ended at the very moment of sending, and no sooner', () => {
    const udp = { protocol: 'udp' } as const;
    for (const [endNs, carried] of [
      [19, []],
      [20, [1]],
    ] as const) {
      const ledger = new Ledger();
      ledger.add(asked(1, 10, udp));
      ledger.add(ended(asked(1, 10, udp), endNs, 'timed-out'));
      const flow = flowOf('udp', [5, 20, 30]);
      assert.deepEqual(look(ledger, flow), carried);
    }
  });

  it('ask other flows when the one that carried a request is none any more', () => {
    const ledger = new Ledger();
    ledger.add(asked(1, 10, { sourcePort: 0 }));
    const [first, second] = [flowOf('tcp', [20], { sourcePort: 1 }), flowOf('tcp', [30], { sourcePort: 2 })];
    for (const flow of [first, second]) look(ledger, flow);
    ledger.takeNews();
    first.gone = true;
    ledger.forget(first);
    assert.deepEqual([...ledger.takeNews()], [second]);
    assert.deepEqual(look(ledger, second), [1]);
  });

  it('put requests that tell their port late in the order of asking', () => {
    const ledger = new Ledger();
    const blind = { protocol: 'udp', sourcePort: 0 } as const;
    const [first, second] = [asked(1, 10, blind), asked(2, 30, blind)];
    for (const event of [first, second]) ledger.add(event);
    ledger.add(ended(second, 60, 'answered', 40001));
    ledger.add(ended(first, 70, 'answered', 40001));
    assert.deepEqual(look(ledger, flowOf('udp', [10, 30])), [1, 2]);
  });

  it('tell flows in their order, whichever was looked at first', () => {
    const ledger = new Ledger();
    ledger.add(asked(1, 10, { protocol: 'udp' }));
    for (const [id, sentNs] of [
      [12, 40],
      [9, 20],
    ] as const) {
      const flow = flowOf('udp', [sentNs]);
      flow.id = id;
      look(ledger, flow);
    }
    const [record] = ledger.records;
    assert.deepEqual(requestView(record!, true).flows, [9, 12]);
  });

  describe('when a flow is taken out of the recording', () => {
    it('what came of its request stands on its frames', () => {
      const ledger = new Ledger();
      const event = asked(1, 10);
      ledger.add(event);
      ledger.add(ended(event, 90, 'timed-out'));
      const flow = flowOf('tcp', [20]);
      look(ledger, flow);
      flow.outcome = { kind: 'refused', by: 'rs1', reason: 'connection-refused', frames: [] };
      ledger.evict(flow, true);
      assert.deepEqual(ledger.evicted.all, [{ protocol: 'tcp', outcome: 'refused', times: 1 }]);
      assert.deepEqual([ids(ledger), ledger.takeRemoved(), ledger.takeChanged()], [[], [1], []]);
      assert.deepEqual([...ledger.takeNews()], []);
      assert.equal(ledger.needsSweep, true);
      assert.deepEqual([...ledger.takeGone()], [1]);
      assert.equal(ledger.needsSweep, false);
    });

    it('one that is in another too stays, and what its frames showed is known to be incomplete', () => {
      const ledger = new Ledger();
      const event = asked(1, 10, { protocol: 'udp' });
      ledger.add(event);
      ledger.add(ended(event, 90, 'answered'));
      const flows = [flowOf('udp', [20]), flowOf('udp', [30])];
      for (const flow of flows) assert.deepEqual(look(ledger, flow), [1]);
      ledger.evict(flows[0]!, true);
      const [record] = ledger.records;
      assert.equal(record!.isEvicted, true);
      assert.deepEqual(ledger.evicted.all, []);
    });

    it('one that has not ended is taken out when it has, unless it came to be in another', () => {
      const ledger = new Ledger();
      const events = [
        asked(1, 10, { protocol: 'udp' }),
        asked(2, 11, { protocol: 'udp', sourcePort: 40002 }),
      ];
      for (const event of events) ledger.add(event);
      const [first, second] = [flowOf('udp', [20]), flowOf('udp', [21], { sourcePort: 40002 })];
      for (const flow of [first, second]) {
        look(ledger, flow);
        ledger.evict(flow, true);
      }
      ledger.limit(100, true);
      assert.deepEqual(ids(ledger), [1, 2]);
      look(ledger, flowOf('udp', [40], { sourcePort: 40002 }));
      for (const event of events) ledger.add(ended(event, 90, 'answered'));
      ledger.limit(100, true);
      assert.deepEqual(ids(ledger), [2]);
      assert.deepEqual(ledger.evicted.all, [{ protocol: 'udp', outcome: 'answered', times: 1 }]);
    });
  });

  describe('when there are too many that no flow carries', () => {
    /** `count` requests that ended without any flow. */
    function idle(ledger: Ledger, from: number, count: number): void {
      for (let id = from; id < from + count; id++) {
        ledger.add(asked(id, id));
        ledger.add(ended(asked(id, id), id, 'timed-out'));
      }
    }

    it('lose the oldest, and not before there are more than so many', () => {
      const ledger = new Ledger();
      idle(ledger, 1, 10);
      ledger.add(asked(11, 11));
      ledger.limit(10, true);
      assert.equal(ids(ledger).length, 11);
      idle(ledger, 12, 10);
      ledger.limit(10, true);
      assert.deepEqual(ids(ledger), [11, 14, 15, 16, 17, 18, 19, 20, 21]);
      assert.deepEqual(ledger.takeRemoved().length, 12);
    });

    it('never lose any where few are idle among many', () => {
      const ledger = new Ledger();
      for (let id = 1; id <= 20; id++) ledger.add(asked(id, id));
      idle(ledger, 21, 9);
      ledger.limit(10, true);
      assert.equal(ids(ledger).length, 29);
    });

    it('are forgotten by others when they are a fifth of all', () => {
      const ledger = new Ledger();
      for (let id = 1; id <= 9; id++) ledger.add(asked(id, id));
      const goes = (id: number) => {
        const flow = flowOf('tcp', [id * 10], { sourcePort: id });
        ledger.add(ended(asked(id, id * 10, { sourcePort: id }), id * 10, 'answered'));
        look(ledger, flow);
        ledger.evict(flow, false);
      };
      for (const id of [11, 12]) {
        goes(id);
        assert.equal(ledger.needsSweep, false, String(id));
      }
      goes(13);
      assert.equal(ledger.needsSweep, true);
    });

    it('are not looked through again for each one more', () => {
      const ledger = new Ledger();
      for (let id = 1; id <= 100; id++) ledger.add(asked(id, id));
      idle(ledger, 101, 20);
      ledger.limit(10, true);
      assert.equal(ledger.takeRemoved().length, 12);
      let taken = 0;
      for (let id = 121; id < 141; id++) {
        idle(ledger, id, 1);
        ledger.limit(10, true);
        if (ledger.takeRemoved().length > 0) taken++;
      }
      assert.equal(taken, 0);
    });
  });
});
