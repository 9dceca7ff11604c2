import assert from 'node:assert/strict';
import { loadTopology } from '../../src/lab/topology/load.ts';
import type { Plan } from '../../src/lab/topology/plan.ts';
import { withSetting } from '../../src/lab/topology/written-setting.ts';
import { stringify } from 'yaml';
import { faults } from '../../src/mystery/faults.ts';
import { planWithHidden } from '../../src/mystery/hide.ts';
import { mysteryLabs } from '../../src/mystery/mystery-labs.ts';
import { FILE, nameOf } from './faulty-run.ts';

const hideVip = { hidden: [{ path: ['nodes', 'rs1', 'hideVip'], value: false }] };
const loss = { hidden: [{ path: ['nodes', 'rs1', 'at', 'inside', 'loss'], value: '50%' }] };
const weight = { hidden: [{ path: ['service', 'servers', 'rs1', 'weight'], value: 0 }] };

const dr = mysteryLabs.dr;
function plansOf(
  text: string,
  fault: Parameters<typeof planWithHidden>[1],
): { own: Plan | undefined; hidden: Plan | undefined } {
  const { document, plan } = loadTopology(text, FILE);
  return { own: plan, hidden: document && planWithHidden(document, fault) };
}
const rs1Of = (plan: Plan | undefined) => plan?.nodes.find(({ name }) => name === 'rs1');

describe('a hidden setting', () => {
  it('is in the plan that runs, and not in that of the file', () => {
    const { own, hidden } = plansOf(dr, hideVip);
    assert.equal(rs1Of(own)?.sysctls.arp_ignore, 1);
    assert.equal(rs1Of(hidden)?.sysctls.arp_ignore, 0);
  });

  it('has a place in what stands in its short form', () => {
    assert.equal(rs1Of(plansOf(dr, loss).hidden)?.interfaces[0]?.loss, 0.5);
    assert.deepEqual(
      plansOf(dr, weight).hidden?.services[0]?.servers.map(({ weight: one }) => one),
      [0, 1],
    );
    // Who serves when nobody is named.
    const unnamed = dr.replace('  servers: [rs1, rs2]\n', '');
    assert.notEqual(unnamed, dr);
    assert.deepEqual(
      plansOf(unnamed, weight).hidden?.services[0]?.servers.map(({ weight: one }) => one),
      [0, 1],
    );
  });

  it('gives way to its key in the file, whatever is written there', () => {
    for (const [fault, from, to] of [
      [hideVip, 'gateway: router }\n  rs2', 'gateway: router, hideVip: true }\n  rs2'],
      [loss, 'inside: 10.0.2.11', 'inside: { address: 10.0.2.11, loss: 0 }'],
      [weight, '[rs1, rs2]', '{ rs1: { weight: 1 }, rs2: {} }'],
    ] as const) {
      const text = dr.replace(from, to);
      assert.notEqual(text, dr);
      const { own, hidden } = plansOf(text, fault);
      assert.ok(own);
      assert.deepEqual(hidden, own);
    }
  });

  it('stays under another key of the same node', () => {
    const text = dr.replace('inside: 10.0.2.11', 'inside: { address: 10.0.2.11, delay: 1ms }');
    assert.equal(rs1Of(plansOf(text, loss).hidden)?.interfaces[0]?.loss, 0.5);
  });

  it('of a node, an interface or a server that the file has not is nowhere', () => {
    const renamed = dr.replaceAll('rs1', 'web');
    for (const fault of [hideVip, loss, weight]) {
      const { own, hidden } = plansOf(renamed, fault);
      assert.ok(own);
      assert.deepEqual(hidden, own);
    }
  });

  it('makes no plan of a file that has none', () => {
    const { document } = loadTopology(dr.replace('[rs1, rs2]', '[rs1, nobody]'), FILE);
    assert.equal(planWithHidden(document!, hideVip), undefined);
  });

  it('is no key that any file of a mystery writes, and each is gone when it is', () => {
    for (const fault of faults) {
      const { own, hidden } = plansOf(mysteryLabs[fault.lab], fault);
      assert.notDeepEqual(hidden, own, nameOf(fault));
      const { document } = loadTopology(mysteryLabs[fault.lab], FILE);
      const written = fault.hidden.reduce<unknown>(
        (file, { path, value }) => withSetting(file, path, value),
        document!.written,
      );
      const said = plansOf(stringify(written), fault);
      assert.deepEqual(said.hidden, said.own, nameOf(fault));
    }
  });
});
