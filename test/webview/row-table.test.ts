import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecordWriter } from '../../src/extension/core/panel/record-writer.ts';
import { flowLayout, hopLayout, journeyLayout, recordKinds } from '../../src/panel-protocol/records.ts';
import type { RowsMessage } from '../../src/panel-protocol/messages.ts';
import { keptView, restoreView } from '../../src/webview/kept-view.ts';
import { firstState } from '../../src/webview/panel-state.ts';
import { RowTable } from '../../src/webview/records/row-table.ts';

interface Flow {
  readonly id: number;
  readonly packets: readonly { readonly id: number; readonly hops: number }[];
}

function batch(flows: readonly Flow[], rest: Partial<RowsMessage> = {}): RowsMessage {
  const writer = new RecordWriter();
  for (const { id, packets } of flows) {
    writer.begin(recordKinds.flow);
    writer.u32(flowLayout.id, id);
    for (const packet of packets) {
      writer.begin(recordKinds.journey);
      writer.u32(journeyLayout.id, packet.id);
      writer.u32(journeyLayout.flow, id);
      for (let index = 0; index < packet.hops; index++) {
        writer.begin(recordKinds.hop);
        writer.u32(hopLayout.journey, packet.id);
        writer.u16(hopLayout.index, index);
      }
    }
  }
  return {
    type: 'rows',
    sequence: 1,
    reset: false,
    strings: [],
    records: writer.take(),
    removedFlows: [],
    removedJourneys: [],
    waiting: 0,
    ...rest,
  };
}

const shape = (table: RowTable) =>
  [...table.flowIds()].map((id) => ({
    id,
    packets: table.journeyIds(id).map((journey) => ({ id: journey, hops: table.hopsOf(journey).length })),
  }));

const flows = fc.array(fc.array(fc.nat(4), { maxLength: 4 }), { maxLength: 12 }).map((all) =>
  all.map((packets, flow) => ({
    id: flow + 1,
    packets: packets.map((hops, index) => ({ id: flow * 10 + index + 1, hops })),
  })),
);

describe('webview: the mirror of the rows', () => {
  it('holds what it was sent, less what was taken away, more than once', () => {
    fc.assert(
      fc.property(flows, fc.func(fc.boolean()), (all, isGone) => {
        const table = new RowTable();
        table.take(batch(all));
        table.take(batch(all));
        assert.deepEqual(shape(table), all);
        const gone = all.filter(({ id }) => isGone(id));
        table.take(batch([], { removedFlows: gone.map(({ id }) => id) }));
        const left = all.filter((flow) => !gone.includes(flow));
        assert.deepEqual(shape(table), left);
        const hops = left.flatMap(({ packets }) => packets).reduce((sum, packet) => sum + packet.hops, 0);
        assert.equal(table.hopCount, hops);
        // Slots that are free again are used again.
        table.take(batch(gone));
        assert.deepEqual(shape(table), [...left, ...gone]);
        table.take(batch(all.slice(0, 1), { reset: true }));
        assert.deepEqual(shape(table), all.slice(0, 1));
      }),
    );
  });

  it('a packet may turn out to be another flow’s, or part of another packet', () => {
    const table = new RowTable();
    const packet = { id: 1, hops: 2 };
    table.take(
      batch([
        { id: 1, packets: [packet] },
        { id: 2, packets: [] },
      ]),
    );
    table.take(batch([{ id: 2, packets: [packet] }]));
    assert.deepEqual(shape(table), [
      { id: 1, packets: [] },
      { id: 2, packets: [packet] },
    ]);
    table.take(batch([], { removedJourneys: [1] }));
    assert.deepEqual(shape(table)[1], { id: 2, packets: [] });
  });
});

describe('webview: what is kept of the view', () => {
  it('comes back as it was', () => {
    const state = { ...firstState, filter: 'lost', values: true, lanes: { order: ['a'], hidden: ['b'] } };
    const { filter, values, lanes } = restoreView(keptView(state));
    assert.deepEqual([filter, values, lanes], ['lost', true, { order: ['a'], hidden: ['b'] }]);
  });

  it('anything else is let alone', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(keptView(firstState))), fc.anything()),
        (kept) => {
          const restored = { ...firstState, ...restoreView(kept) };
          assert.equal(typeof restored.filter, 'string');
          assert.ok(restored.lanes.hidden.every((name) => typeof name === 'string'));
        },
      ),
    );
  });
});
