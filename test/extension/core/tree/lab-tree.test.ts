import assert from 'node:assert/strict';
import { labTree, type LabFacts } from '../../../../src/extension/core/tree/lab-tree.ts';
import { isTreeItem, type TreeItem } from '../../../../src/extension/core/tree/tree-item.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

describe('the tree of labs', () => {
  it('shows services with their servers, segments, nodes, interfaces and connections', async () => {
    const text = example('dr');
    const source = new ManualSource();
    const session = sessionOf(text);
    await session.start(text, source);
    source.settle();
    await session.run.setNode('rs2', 'stopped');
    await session.unplug('rs1', 'inside', true);
    const connections = await session.run.connections('director');
    const { uri, file, run, version } = session;
    const facts: LabFacts = {
      ...{ uri, file, engine: run.engineName, plan: version.plan, state: run.state },
      nodeState: (name) => session.nodeState(name),
      isUnplugged: (node, segment) => run.unplugged.has(node, segment),
      opened: (service, server) => session.recording.opened.count(service, server),
      connections: () => connections,
      isCovered: false,
    };
    const tree = labTree(facts, translate);
    const lines: string[] = [];
    const ids = new Set<string>();
    const visit = (item: TreeItem, depth: number): void => {
      assert.ok(isTreeItem(item));
      assert.ok(!ids.has(item.id), item.id);
      ids.add(item.id);
      const shown = item.description.replace(/02:[0-9a-f:]+/, 'MAC');
      lines.push(`${'  '.repeat(depth)}[${item.icon}] ${item.label} ${shown} (${item.context})`);
      for (const child of item.children) visit(child, depth + 1);
    };
    visit(tree, 0);
    const show = lines.filter((line) => !/client\d|arrow-swap/.test(line) && !line.includes('router'));
    assert.deepEqual(show, [
      '[pass] dr running · in memory (lab.running.embedded)',
      '  [combine] service dr · 10.0.2.100:80/tcp (service)',
      '    [server] rs1 weight 1 · 3 connections (server)',
      '    [server] rs2 weight 1 · 3 connections (server)',
      '  [type-hierarchy] outside 10.0.1.0/24 (segment)',
      '  [type-hierarchy] inside 10.0.2.0/24 (segment)',
      ...show.slice(6, 10),
      '  [vm-running] director director · running (node.running)',
      '    [plug] inside 10.0.2.2/24 · MAC (interface.up)',
      `    [list-tree] Connections ${connections.length} (connections)`,
      '  [vm-running] rs1 real server · running (node.running)',
      '    [debug-disconnect] inside 10.0.2.11/24 · MAC (interface.unplugged)',
      '  [vm-outline] rs2 real server · stopped (node.stopped)',
      '    [plug] inside 10.0.2.12/24 · MAC (interface.up)',
    ]);
    assert.equal(lines.filter((line) => line.includes('arrow-swap')).length, connections.length);
    assert.ok(connections.length > 0);
    // While somebody predicts, tables of forwarders would tell.
    const covered = JSON.stringify(labTree({ ...facts, isCovered: true }, translate));
    assert.match(covered, /closed by Predict/);
    assert.doesNotMatch(covered, /arrow-swap/);
    await session.stop();
  });
});
