import assert from 'node:assert/strict';
import { Folding } from '../../src/webview/rows/folding.ts';
import { listRows } from '../../src/webview/rows/row-list.ts';
import { rowWords } from '../../src/webview/rows/row-words.ts';
import { arpKey } from '../../src/webview/rows/row.ts';
import { exampleText, Mirror, quiet } from './support/mirror.ts';

async function mirrorOf(name: string): Promise<Mirror> {
  const mirror = new Mirror(exampleText(name), name).show();
  await quiet(mirror);
  return mirror;
}

describe('webview: the list of rows', () => {
  it('ARP flows between requests are one row, which unfolds and folds', async () => {
    const { table } = await mirrorOf('lessons/hash-reshuffle');
    const kinds = (folding: Folding) => listRows(table, [], folding).rows.map(({ kind }) => kind);
    const closed = listRows(table, [], new Folding(1)).rows;
    const first = closed[0]!;
    assert.ok(first.kind === 'arp' && first.flows.length === 6 && first.open === false);
    assert.ok(closed.every(({ kind, level }) => kind !== 'flow' || level === 1));
    const together = closed.flatMap((row) =>
      row.kind === 'arp' ? row.flows : row.kind === 'flow' ? [row.flow] : [],
    );
    assert.deepEqual(together, [...table.flowIds()]);
    const opened = listRows(table, [], new Folding(1).with(first.key, true)).rows;
    assert.deepEqual(
      opened.slice(1, 7).map((row) => [row.kind, row.level]),
      Array(6).fill(['flow', 2]),
    );
    assert.deepEqual(
      kinds(new Folding(1).with(first.key, true).with(first.key, false)),
      closed.map(({ kind }) => kind),
    );
    assert.ok(kinds(new Folding(2)).includes('packet'));
    assert.equal(listRows(table, [], new Folding(1), undefined, false).rows.length, table.flowCount);
  });

  it('one of them not as predicted unfolds them by itself, until somebody folds them', async () => {
    const mirror = await mirrorOf('lessons/vip-not-hidden');
    const { table } = mirror;
    const wrong = [...table.flowIds()].find((id) => table.isArp(id) && table.isWrong(id))!;
    // Alone it is no group: the flow before it, as if it were of ARP too, makes it one.
    const group = [...table.flowIds()].filter((id) => id !== 2 && id <= wrong);
    const shown = { flow: (id: number) => group.includes(id), packet: () => true };
    const list = (folding: Folding) => listRows(table, [], folding, shown).rows;
    const [row] = list(new Folding(1));
    assert.ok(row?.kind === 'arp' && row.open === true, JSON.stringify(row));
    assert.match(rowWords(row, mirror.words()).result, /1 not as predicted/);
    assert.equal(list(new Folding(1)).length, group.length + 1);
    assert.equal(list(new Folding(1).with(arpKey(group[0]!), false)).length, 1);
  });
});
