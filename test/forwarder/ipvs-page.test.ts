import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { schedulers } from '../../src/forwarder/schedulers/registry.ts';
import { describeSetting } from '../../src/lab/topology/settings.ts';
import { ACK, directorConfig, M_SERVER, M_SERVER2, request, Rig, RIP, RIP2, RS1, RS2 } from './rig.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

function start(): Rig {
  const rig = new Rig(directorConfig({ servers: [RS1, RS2] }));
  return rig.learn(RIP, M_SERVER).learn(RIP2, M_SERVER2);
}

describe('docs/ipvs.md', () => {
  const page = read('docs/ipvs.md');
  const differences = page
    .slice(page.indexOf('## Where the lab differs'), page.indexOf('## What is not there at all'))
    .split(/^### /m)
    .slice(1);

  it('has differences', () => assert.ok(differences.length > 10));

  for (const difference of differences) {
    const [heading = ''] = difference.split('\n');
    it(`${heading}: a test shows it`, () => {
      const shown = [...difference.matchAll(/^Shown by `([^`]+)`: “(.+)”$/gm)];
      assert.ok(shown.length > 0, 'names no test');
      for (const [, file = '', title = ''] of shown) {
        assert.ok(read(file).includes(`it('${title}'`), `${file} has no test “${title}”`);
      }
    });
  }

  it('names the same tests in Chinese, in the same order', () => {
    const named = (text: string) =>
      [...text.matchAll(/`(test\/[^`]+)`[^“]*“(.+)”$/gm)].map((one) => one.slice(1));
    assert.deepEqual(named(read('docs/ipvs.zh-cn.md')), named(page));
  });

  it('says of no scheduler that there is, that it is not there', () => {
    const absent = page.slice(page.indexOf('## What is not there at all'));
    for (const name of Object.keys(schedulers)) assert.ok(!absent.includes(`\`${name}\``), name);
  });

  it('names settings that are there', () => {
    const named = [...page.matchAll(/^\| `([\w.…]+)` /gm)].map(([, path = '']) => path.replace('…', 'lb'));
    assert.ok(named.length > 5);
    for (const path of named) assert.ok(describeSetting(path.split('.')), path);
  });
});

describe('choices of the lab against IPVS', () => {
  it('a SYN whose TTL ends here is refused and leaves no entry', () => {
    const rig = start();
    const [decision] = rig.give(request(1, undefined, { ttl: 1 })).decisions;
    assert.equal(`${decision!.relation} ${decision!.reason}`, 'caused-error ttl-expired');
    assert.deepEqual(rig.connections, []);
    assert.equal(rig.port.forwarder.counters().services[0]!.connections, 0);
    // Nor does it take a turn.
    assert.equal(rig.give(request(2)).decisions[0]!.server, 'rs1');
  });

  it('rr begins with the first server of the file', () => {
    const rig = start();
    rig.give(request(1));
    rig.give(request(1, ACK));
    assert.deepEqual(rig.connections, ['rs1 1 ESTABLISHED']);
  });
});
