import assert from 'node:assert/strict';
import { exampleText, planOf, runLab } from '../../lab/embedded/testbed.ts';
import { reportOf } from '../build-report.ts';

describe('a client that gives up before its answer can come', () => {
  for (const name of ['dr', 'tun', 'dnat'])
    it(`${name}: its request is lost, and nobody is said to have refused it`, () => {
      const text = exampleText(name).replace('count: 4,', 'count: 1, timeout: 1ms,');
      const { requests, flows } = reportOf(runLab(planOf(text)));
      const [first] = requests;
      assert.equal(first!.outcome, 'lost');
      const flow = flows.find(({ id }) => first!.flows.includes(id));
      assert.equal(flow?.outcome.kind, 'lost');
    });
});
