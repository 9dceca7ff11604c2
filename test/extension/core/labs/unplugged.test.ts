import assert from 'node:assert/strict';
import { Unplugged } from '../../../../src/extension/core/labs/unplugged.ts';
import { planAt } from '../../../../src/lab/topology/plan-at.ts';
import { planOf } from '../../../lab/embedded/testbed.ts';
import { dr } from '../../../lab/topology/fixtures.ts';

describe('an interface taken off by hand', () => {
  it('stays off whatever the events of the file do to its node', () => {
    const plan = planOf(`${dr}events:
  - { at: 1s, set: nodes.rs1.at.inside.mtu, to: 1400 }
  - { at: 2s, down: rs1.inside }
  - { at: 3s, up: rs1.inside }
`);
    const unplugged = new Unplugged();
    const downs = () =>
      [0, 1, 2, 3].map((second) => {
        const { nodes } = planAt(unplugged.over(plan), second * 1e9);
        return nodes.find(({ name }) => name === 'rs1')!.interfaces[0]!.down;
      });
    assert.deepEqual(downs(), [false, false, true, false]);
    unplugged.set({ node: 'rs1', segment: 'inside' }, true);
    assert.deepEqual(downs(), [true, true, true, true]);
  });
});
