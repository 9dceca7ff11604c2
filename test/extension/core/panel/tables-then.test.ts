import assert from 'node:assert/strict';
import { tablesThen } from '../../../../src/extension/core/panel/tables-then.ts';
import { formatIpv4, formatMac } from '../../../../src/packet/address.ts';
import { makeTranslate } from '../../../support/translate.ts';
import { EmbeddedRecording } from '../../../webview/support/embedded-recording.ts';
import { exampleText } from '../../../webview/support/mirror.ts';

describe('extension: tables as they can have been', () => {
  const lab = new EmbeddedRecording(exampleText('dr'), 'dr.lblab.yaml', makeTranslate('en')).run();
  const { journeys } = lab.builder.report();
  const sent = journeys
    .flatMap(({ hops }) => hops)
    .filter(({ from, changes }) => from === 'director' && changes.length > 0);

  it('who the director sent a frame to, ARP had told it until then; of later connections there is nothing', () => {
    const [first, last] = [sent[0]!, sent.at(-1)!];
    const then = tablesThen(lab, 'director', first.timeNs);
    const now = tablesThen(lab, 'director', last.timeNs);
    const server = lab.plan.nodes.find(({ name }) => name === first.to)!.interfaces[0]!;
    assert.ok(then.neighbours.some(({ address }) => address.endsWith('.11') && server.address % 256 === 11));
    assert.equal(then.connections.length, 1);
    assert.equal(then.connections[0]!.server, first.to);
    assert.ok(now.connections.length > 1 && now.neighbours.length >= then.neighbours.length);
    for (const { usedNs, sinceNs, packets } of now.connections) assert.ok(sinceNs <= usedNs && packets > 0);
  });

  it('what was learned agrees with what the node holds in the end', async () => {
    const { neighbours } = (await lab.lab.nodeState('client1'))!;
    const told = tablesThen(lab, 'client1', Infinity).neighbours;
    const held = neighbours.flatMap(({ address, mac }) =>
      mac === undefined ? [] : [`${formatIpv4(address)} ${formatMac(mac)}`],
    );
    assert.ok(held.length > 0);
    assert.deepEqual(told.map(({ address, mac }) => `${address} ${mac}`).sort(), held.sort());
  });

  it('before anything was captured nothing is known', () =>
    assert.deepEqual(tablesThen(lab, 'director', 0), { neighbours: [], connections: [] }));
});
