import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { withSetting } from '../../src/lab/topology/written-setting.ts';
import { faults, type Fault } from '../../src/mystery/faults.ts';
import { planWithHidden } from '../../src/mystery/hide.ts';
import { revealed, shortfalls } from '../../src/mystery/judge.ts';
import { withFault, type Mystery } from '../../src/mystery/mystery.ts';
import { makeTranslate } from '../support/translate.ts';
import { firstOfEach, nameOf } from './faulty-run.ts';

const translate = makeTranslate('en');
const mysteryWith = (fault: Fault) => withFault({ level: fault.level, seed: 1 }, fault);
const faultOf = (key: string) => faults.find(({ hidden }) => hidden[0]!.path.join('.') === key)!;

async function lacking(mystery: Mystery, text: string): Promise<readonly string[]> {
  const { document } = loadTopology(text, mystery.file);
  return shortfalls(mystery, planWithHidden(document!, mystery.fault)!, translate);
}

/** What a learner would write, by the last key. */
const cures: Readonly<Record<string, unknown>> = {
  ...{ hideVip: true, holdVip: true, decapsulate: true, snat: true, translatePorts: true, down: false },
  ...{ routes: {}, drop: [], rpFilter: 'off', mtu: 1540, loss: 0, weight: 1, listen: [80, 8080], port: 80 },
  ...{ ports: '40000-40999', maxConnections: 1000, established: '900s', synReceived: '60s' },
};

describe('whether an edited file is mended', () => {
  const kinds = firstOfEach(({ hidden }) => hidden.map(({ path }) => path.at(-1)).join());

  for (const fault of kinds)
    it(`${nameOf(fault)}: not as it is, but with its key in the file`, async () => {
      const mystery = mysteryWith(fault);
      assert.notDeepEqual(await lacking(mystery, mystery.text), []);
      const { document } = loadTopology(mystery.text, mystery.file);
      const written = fault.hidden.reduce<unknown>(
        (file, { path }) => withSetting(file, path, cures[String(path.at(-1))]),
        document!.written,
      );
      assert.deepEqual(await lacking(mystery, stringify(written)), []);
    });

  it('not by asking for less, nor by taking the server away', async () => {
    const mystery = mysteryWith(faultOf('nodes.rs1.holdVip'));
    assert.deepEqual(await lacking(mystery, mystery.text.replace(/traffic:[^]*$/, '')), [
      'asks-less',
      'idle-server',
    ]);
    assert.deepEqual(await lacking(mystery, mystery.text.replace('[rs1, rs2]', '[rs2]')), ['idle-server']);
  });

  it('not while a promise is broken, though every request is answered', async () => {
    const mystery = mysteryWith(faultOf('nodes.rs1.hideVip'));
    assert.deepEqual(await lacking(mystery, mystery.text), ['broken']);
  });

  it('tells at the end what was hidden, and how it is explained', async () => {
    const { hidden, explanations } = await revealed(mysteryWith(faultOf('nodes.rs1.hideVip')), translate);
    assert.deepEqual(hidden, [{ setting: 'nodes.rs1.hideVip', value: 'false' }]);
    assert.deepEqual(
      explanations.map(({ code }) => code),
      ['vip-two-answers'],
    );
  });
});
