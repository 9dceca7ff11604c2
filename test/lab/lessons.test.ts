import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { schedulers } from '../../src/forwarder/schedulers/registry.ts';
import { makeTranslate } from '../support/translate.ts';
import { loadTopology } from '../../src/lab/topology/load.ts';
import { asIpv4, asSignedIpv4, type Ipv4, toSigned } from '../../src/packet/address.ts';

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
    const { services, nodes } = loadTopology(text, 'hash').plan!;
    const servers = services[0]!.servers.map((server) => ({
      ...server,
      address: toSigned(server.address),
      lastWeight: server.weight,
      active: 0,
      inactive: 0,
    }));
    const moved = (scheduler: 'sh' | 'mh', clients: readonly Ipv4[]): number => {
      const [before, after] = [servers, servers.slice(0, 3)].map((candidates) => {
        const chosen = schedulers[scheduler].make([]);
        chosen.update(candidates);
        return (client: Ipv4) => candidates[chosen.pick(toSigned(client), asSignedIpv4(0), 0)]!.name;
      });
      return clients.filter((client) => before!(client) !== 'rs4' && before!(client) !== after!(client))
        .length;
    };
    const many = Array.from({ length: 1000 }, (_, client) => asIpv4(0x0a000000 + client));
    assert.ok(moved('sh', many) > 400, `sh: ${moved('sh', many)}`);
    assert.ok(moved('mh', many) < 100, `mh: ${moved('mh', many)}`);
    const own = nodes.filter(({ role }) => role === 'client').map(({ interfaces }) => interfaces[0]!.address);
    assert.deepEqual([own.length, moved('sh', own), moved('mh', own)], [6, 5, 0], 'the clients of the file');
  });
});
