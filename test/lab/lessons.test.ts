import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { makeScheduler } from '../../src/forwarder/schedulers/registry.ts';
import { makeTranslate } from '../../src/l10n/translate.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';

const root = new URL('../../', import.meta.url);
const names = readdirSync(new URL('examples/lessons/', root)).map((name) => name.replace('.lblab.yaml', ''));

describe('lessons', () => {
  for (const name of names) {
    it(`${name} has a title and a page in both languages`, () => {
      for (const [language, ending] of [
        ['en', '.md'],
        ['zh-cn', '.zh-cn.md'],
      ] as const) {
        assert.notEqual(makeTranslate(language)(`lesson.${name}`), `lesson.${name}`);
        const page = readFileSync(new URL(`docs/lessons/${name}${ending}`, root), 'utf8');
        assert.equal(page.match(/^## /gm)?.length, 3);
        assert.match(page, new RegExp(`examples/lessons/${name}\\.lblab\\.yaml`));
        const index = readFileSync(new URL(`docs/lessons/README${ending}`, root), 'utf8');
        assert.ok(index.includes(`(${name}${ending})`));
      }
    });
  }

  it('no page is without its lesson', () => {
    for (const page of readdirSync(new URL('docs/lessons/', root))) {
      const name = page.replace(/(\.zh-cn)?\.md$/, '');
      assert.ok(name === 'README' || existsSync(new URL(`examples/lessons/${name}.lblab.yaml`, root)), page);
    }
  });

  it('hash-reshuffle: sh moves clients of servers that stayed, mh hardly any', () => {
    const text = readFileSync(new URL('examples/lessons/hash-reshuffle.lblab.yaml', root), 'utf8');
    const servers = loadTopology(text, 'hash').plan!.services[0]!.servers.map((server) => ({
      ...server,
      lastWeight: server.weight,
      active: 0,
      inactive: 0,
    }));
    const moved = (scheduler: 'sh' | 'mh'): number => {
      const [before, after] = [servers, servers.slice(0, 3)].map((candidates) => {
        const chosen = makeScheduler(scheduler);
        chosen.update(candidates);
        return (client: number) => candidates[chosen.pick(client, 0, 0)]!.name;
      });
      let count = 0;
      for (let client = 0; client < 1000; client++) {
        const server = before!(0x0a000000 + client);
        if (server !== 'rs4' && server !== after!(0x0a000000 + client)) count++;
      }
      return count;
    };
    assert.ok(moved('sh') > 400, `sh: ${moved('sh')}`);
    assert.ok(moved('mh') < 100, `mh: ${moved('mh')}`);
  });
});
