import assert from 'node:assert/strict';
import { readYaml } from '../../../src/lab/topology/yaml-source.ts';
import { withSetting } from '../../../src/lab/topology/written-setting.ts';
import { dr } from './fixtures.ts';

const { value: written } = readYaml(dr);

/** What stands at a path after the change. */
function after(path: string, to: unknown, at = path, from: unknown = written): unknown {
  let value = withSetting(from, path.split('.'), to);
  for (const key of at.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return JSON.parse(JSON.stringify(value ?? null));
}

describe('a setting changed in what an author wrote', () => {
  it('is where its path leads', () => {
    assert.equal(after('service.port', 8080), 8080);
    assert.equal(after('nodes.rs1.gateway', 'director'), 'director');
    assert.equal(after('traffic.0.count', 9), 9);
  });

  it('leaves what it was changed from as it was, and everything else', () => {
    const before = JSON.stringify(written);
    const changed = withSetting(written, ['service', 'port'], 81) as { nodes: unknown };
    assert.equal(JSON.stringify(written), before);
    assert.equal(changed.nodes, (written as { nodes: unknown }).nodes);
  });

  it('keeps the order of its neighbours, which is that of the servers', () => {
    assert.deepEqual(Object.keys(after('service.servers.rs1.weight', 0, 'service.servers') as object), [
      'rs1',
      'rs2',
    ]);
  });

  it('writes out short forms on its way', () => {
    assert.deepEqual(after('service.servers.rs1.weight', 0, 'service.servers'), {
      rs1: { weight: 0 },
      rs2: {},
    });
    const { value: without } = readYaml(dr.replace('  servers: [rs1, rs2]\n', ''));
    assert.deepEqual(after('service.servers.rs2.weight', 3, 'service.servers', without), {
      rs1: {},
      rs2: { weight: 3 },
    });
    assert.deepEqual(after('nodes.rs1.at.inside.down', true, 'nodes.rs1.at.inside'), {
      address: '10.0.2.11',
      down: true,
    });
    assert.deepEqual(after('segments.inside.mtu', 1400, 'segments.inside'), {
      subnet: '10.0.2.0/24',
      mtu: 1400,
    });
    const { value: sticky } = readYaml(dr.replace('  port: 80', '  port: 80\n  persistence: 30s'));
    assert.deepEqual(after('service.persistence.prefix', 24, 'service.persistence', sticky), {
      timeout: '30s',
      prefix: 24,
    });
  });

  it('makes the maps that are missing', () => {
    assert.deepEqual(after('nodes.director.timeouts.established', '5s', 'nodes.director.timeouts'), {
      established: '5s',
    });
  });

  it('goes when nothing is given, from a map and from a list', () => {
    assert.equal(after('nodes.rs1.gateway', undefined), null);
    assert.deepEqual(after('service.servers.rs1', undefined, 'service.servers'), { rs2: {} });
    assert.deepEqual(after('traffic.0', undefined, 'traffic'), []);
  });

  it('is nowhere when its path leads into a word, past a list, or to nothing that could go', () => {
    for (const path of ['model.of', 'service.port.of', 'traffic.1.count', 'traffic.x.count'])
      assert.equal(withSetting(written, path.split('.'), 1), undefined, path);
    for (const path of ['nodes.rs1.listen', 'nodes.rs9', 'traffic.1'])
      assert.equal(withSetting(written, path.split('.')), undefined, path);
  });
});
