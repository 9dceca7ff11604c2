import assert from 'node:assert/strict';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { exampleFiles } from './example-files.ts';

/** What the lessons' files complain about: their mistake, and nothing but it. Other examples have no problems. */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  'director-down': ['interface-down'],
  'dnat-reply-not-rewritten': ['dnat-gateway', 'dnat-gateway'],
  'dr-across-router': ['dr-across-router'],
  'dr-port-map': ['dr-port-map'],
  'gateway-stays': ['gateway-stays', 'gateway-stays'],
  'gue-no-decapsulator': ['no-decapsulator'],
  'nat-same-port': ['ports-not-translated'],
  'no-decapsulator': ['no-decapsulator'],
  'port-pool-exhausted': ['port-pool-small'],
  'reverse-path-filter': ['reverse-path-filter'],
  'tunnel-mtu': ['tunnel-mtu'],
  'tunnel-mtu-filtered': ['tunnel-mtu'],
  'vip-missing': ['vip-not-held'],
  'vip-not-hidden': ['vip-not-hidden'],
};

describe('examples', () => {
  const files = exampleFiles();

  it('are one of each model and at least ten lessons', () => {
    const plans = files
      .filter(({ isLesson }) => !isLesson)
      .map(({ name, text }) => loadTopology(text, name).plan);
    assert.deepEqual([...new Set(plans.map((plan) => plan?.model))].sort(), ['dnat', 'dr', 'nat', 'tun']);
    assert.ok(files.filter(({ isLesson }) => isLesson).length >= 10);
  });

  for (const { name, isLesson, text } of files) {
    it(`load with the problems they mean to have: ${name}`, () => {
      const { plan, expect, problems } = loadTopology(text, name);
      const codes = problems.map(({ code }) => code);
      assert.deepEqual(codes, (isLesson && mistakes[name.replace('.lblab.yaml', '')]) || []);
      assert.equal(expect !== undefined, isLesson);
      if (expect && expect.problems.length > 0) {
        assert.equal(plan, undefined);
        assert.deepEqual(codes, expect.problems);
        return;
      }
      assert.ok(plan);
      assert.ok(plan.traffic.length > 0);
      assert.match(text, /^# /, 'begins by saying what it shows');
      const ends = plan.traffic.map(({ afterNs, everyNs, count }) => afterNs + everyNs * (count - 1));
      assert.ok(Math.max(...ends) <= 13e9, 'is quiet after thirteen seconds');
      if (!isLesson) {
        for (const role of ['client', 'server'] as const) {
          assert.ok(plan.nodes.filter((node) => node.role === role).length >= 2, `several of ${role}`);
        }
      }
    });
  }
});
