import assert from 'node:assert/strict';
import { recordingView } from '../../../../src/extension/core/labs/recording-view.ts';
import { ChangeRows } from '../../../../src/extension/core/panel/change-rows.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

describe('rows of changes', () => {
  it('a save, an interface taken off by hand and a restart are told apart', async () => {
    const dr = example('dr');
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    await session.apply(dr.replace('scheduler: rr\n', 'scheduler: sh\n'));
    await session.unplug('rs1', 'inside', true);
    await session.start(session.version.text, source, { keep: true });
    source.settle();
    await session.apply(
      session.version.text.replace('model: dr', 'model: dr\nexpect: { broken: [headers] }'),
    );
    const rows = new ChangeRows(recordingView(session), translate).of(
      [],
      [{ timeNs: 1e18, durationNs: 425e9 }],
    );
    assert.deepEqual(
      rows.map(({ epoch, kind, texts }) => [epoch, kind, kind === 'restarted' ? '' : texts.join()]),
      [
        [1, 'applied', 'scheduler rr → sh'],
        [2, 'by-hand', 'rs1 disconnected from inside'],
        [3, 'restarted', ''],
        [4, 'applied', 'saved, nothing to change in the running lab'],
        [-1, 'idle', '425.0 s in which nothing was due were passed over'],
      ],
    );
    await session.stop();
  });

  it("a save says the file's words first, then what they did; never the same twice", async () => {
    const dr = example('dr');
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    const shown = dr.replace(/rs1:\s+\{ role: server,/, 'rs1: { role: server, hideVip: false,');
    assert.notEqual(shown, dr);
    await session.apply(shown);
    await session.apply(shown.replace('model: dr', 'model: tun'));
    const rows = new ChangeRows(recordingView(session), translate).of([], []);
    assert.deepEqual(rows[0]!.texts.slice(0, 2), ['+ rs1.hideVip: false', 'rs1 arp_ignore 1 → 0']);
    assert.equal(rows[1]!.texts.filter((text) => text === 'model dr → tun').length, 1);
    await session.stop();
  });

  it('a setting that the file did not name, and a weight, are told once', async () => {
    const dr = example('dr').replace('  scheduler: rr\n', '');
    const source = new ManualSource();
    const session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
    const texts = async (text: string) => {
      await session.apply(text);
      return new ChangeRows(recordingView(session), translate).of([], []).at(-1)!.texts;
    };
    const weighted = (weight: number) =>
      dr.replace('[rs1, rs2]', `{ rs1: { weight: ${weight} }, rs2: { weight: 1 } }`);
    assert.deepEqual(await texts(dr.replace('  vip:', '  scheduler: sh\n  vip:')), ['scheduler rr → sh']);
    assert.deepEqual(await texts(dr), ['scheduler sh → rr']);
    assert.deepEqual((await texts(weighted(2))).slice(1), ['rs1 weight 1 → 2']);
    assert.deepEqual(await texts(weighted(3)), ['servers.rs1.weight 2 → 3']);
    assert.deepEqual((await texts(dr.replace('[rs1, rs2]', '[rs1]'))).slice(0, 3), [
      'servers {…} → [rs1]',
      'rs1 weight 3 → 1',
      '− rs2',
    ]);
    await session.stop();
  });
});
