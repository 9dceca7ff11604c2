import assert from 'node:assert/strict';
import { encodeFlow } from '../../../../src/extension/core/panel/encode-flow.ts';
import { encodeHop } from '../../../../src/extension/core/panel/encode-hop.ts';
import { LabIndex } from '../../../../src/extension/core/panel/lab-index.ts';
import { RecordWriter } from '../../../../src/extension/core/panel/record-writer.ts';
import { StringTable } from '../../../../src/extension/core/panel/string-table.ts';
import type { Flow, Hop } from '../../../../src/journey/report.ts';
import { loadTopology } from '../../../../src/lab/topology/load.ts';
import { BROADCAST, NO_NODE, RECORD_BYTES } from '../../../../src/panel-protocol/records.ts';
import { readFlow } from '../../../../src/webview/records/flow-row.ts';
import { readHop } from '../../../../src/webview/records/hop-row.ts';
import { decodeFrame } from '../../../../src/packet/decode.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

const { plan } = loadTopology(example('dr'), 'dr.lblab.yaml');

/** As after so many saves, each of which gave every node and every segment another name. */
function renamed(times: number): LabIndex {
  const index = new LabIndex();
  const rename = (name: string, time: number) => (time === times ? name : `${name}-${time}`);
  for (let time = 0; time <= times; time += 1)
    index.add({
      ...plan!,
      segments: plan!.segments.map((one) => ({ ...one, name: rename(one.name, time) })),
      nodes: plan!.nodes.map((node) => ({
        ...node,
        name: rename(node.name, time),
        interfaces: node.interfaces.map((one) => ({ ...one, segment: rename(one.segment, time) })),
      })),
    });
  return index;
}

describe('numbers for nodes', () => {
  it('are read as they were written, however often nodes and segments were renamed', async () => {
    const session = sessionOf(example('dr'));
    const source = new ManualSource();
    await session.start(example('dr'), source);
    source.settle();
    const report = session.recording.report();
    const flow = report.flows.find((one) => one.server)!;
    for (const times of [0, 50, 300]) {
      const index = renamed(times);
      const context = {
        index,
        strings: new StringTable(),
        translate,
        frame: (number: number) => session.recording.frame(number),
      };
      const nameOf = (number: number) => index.nodes[number]?.plan.name;
      const writer = new RecordWriter();
      encodeFlow(writer, flow satisfies Flow, 0, context);
      const hops = report.journeys.find(({ flow: id }) => id === flow.id)!.hops;
      for (const [number, hop] of hops.entries()) {
        const { bytes, originalLength } = session.recording.frame(hop.frame)!;
        encodeHop(writer, 1, number, hop satisfies Hop, decodeFrame(bytes, originalLength), context);
      }
      const view = new DataView(writer.take());
      const row = readFlow(view, 0, []);
      assert.equal(nameOf(row.client), flow.client.node);
      assert.equal(nameOf(row.server), flow.server!.node);
      for (const [number, hop] of hops.entries()) {
        const read = readHop(view, (number + 1) * RECORD_BYTES, []);
        assert.deepEqual([nameOf(read.from), nameOf(read.to)], [hop.from, hop.to]);
        assert.equal(index.segments[read.segment]!.plan.name, hop.segment);
        assert.ok(read.sourceMac < index.nodes.length && read.destinationMac < index.nodes.length);
      }
    }
    await session.stop();
  });

  it('never run into what means none, or all', () => {
    const index = new LabIndex();
    const one = plan!.nodes[0]!;
    const nodes = Array.from({ length: NO_NODE + 2 }, (_, at) => ({
      ...one,
      name: `n${at}`,
      interfaces: [],
    }));
    index.add({ ...plan!, nodes });
    assert.equal(index.node(`n${BROADCAST - 1}`), BROADCAST - 1);
    for (const number of [BROADCAST, NO_NODE, NO_NODE + 1]) assert.equal(index.node(`n${number}`), NO_NODE);
  });
});
