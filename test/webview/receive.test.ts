import assert from 'node:assert/strict';
import { RecordWriter } from '../../src/extension/core/panel/record-writer.ts';
import { Panel } from '../../src/webview/panel.ts';
import { flowKinds, flowLayout, journeyLayout, recordKinds } from '../../src/panel-protocol/records.ts';
import { receive } from '../../src/webview/receive.ts';
import { flowKey, packetKey } from '../../src/webview/rows/row.ts';
import { Unseen } from '../../src/webview/unseen.ts';

interface Flow {
  readonly id: number;
  readonly kind: (typeof flowKinds)[number];
  readonly packets: readonly number[];
}

function records(flows: readonly Flow[]): ArrayBuffer {
  const writer = new RecordWriter();
  for (const { id, kind, packets } of flows) {
    writer.begin(recordKinds.flow);
    writer.u32(flowLayout.id, id);
    writer.u8(flowLayout.protocol, flowKinds.indexOf(kind));
    for (const packet of packets) {
      writer.begin(recordKinds.journey);
      writer.u32(journeyLayout.id, packet);
      writer.u32(journeyLayout.flow, id);
    }
  }
  return writer.take();
}

describe('webview: what opens itself', () => {
  const arp: Flow = { id: 1, kind: 'arp', packets: [1] };
  const tcp = (...packets: readonly number[]): Flow => ({ id: 2, kind: 'tcp', packets });
  let panel: Panel;
  let sequence: number;
  const hello = () => receive(panel, { type: 'hello', locale: 'en', texts: {}, view: undefined });
  const rows = (...flows: readonly Flow[]) => batch(0, ...flows);
  /** @param waiting As many flows come later. */
  const batch = (waiting: number, ...flows: readonly Flow[]) =>
    receive(panel, {
      type: 'rows',
      sequence: ++sequence,
      reset: false,
      strings: [],
      records: records(flows),
      removedFlows: [],
      removedJourneys: [],
      waiting,
    });
  const open = () =>
    [flowKey(2), packetKey(2), packetKey(3), packetKey(4)].filter((key) => panel.state.folding.isOpen(key));

  beforeEach(() => {
    sequence = 0;
    panel = new Panel({ postMessage: () => undefined }, () => undefined);
    hello();
  });

  it('the first request and its first two packets, though ARP came before and they come one by one', () => {
    rows(arp);
    assert.deepEqual(open(), []);
    rows(tcp(2));
    assert.deepEqual(open(), ['f2', 'j2']);
    rows(tcp(2, 3, 4));
    assert.deepEqual(open(), ['f2', 'j2', 'j3']);
  });

  it('what the reader closed stays closed, until the panel is shown anew', () => {
    rows(arp, tcp(2));
    const { folding } = panel.state;
    panel.store.update({ folding: folding.with('f2', false).with('j2', false) });
    rows(tcp(2, 3));
    assert.deepEqual(open(), ['j3']);
    hello();
    rows(tcp(2, 3));
    assert.deepEqual(open(), ['f2', 'j2', 'j3']);
  });

  it('what was there when the panel opened is no news, in however many messages it comes', () => {
    const unseen = new Unseen(panel);
    const later = (id: number): Flow => ({ id, kind: 'tcp', packets: [10 * id] });
    batch(2, arp);
    batch(1, tcp(2));
    batch(0, later(3));
    assert.equal(unseen.count, 0);
    batch(1, later(4));
    batch(0, later(5));
    assert.equal(unseen.count, 2);
    hello();
    batch(0, later(3), later(4));
    assert.equal(unseen.count, 0);
  });

  it('later requests stay closed', () => {
    rows(tcp(2, 3));
    rows({ id: 5, kind: 'tcp', packets: [9] });
    assert.equal(panel.state.folding.isOpen('f5'), false);
  });
});
