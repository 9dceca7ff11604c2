import { Ajv2020 } from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { makeTranslate } from '../../support/translate.ts';
import { topologyJsonSchema } from '../../../src/lab/topology/json-schema.ts';
import { topologyReference } from '../../../src/lab/topology/reference.ts';
import { describeSetting } from '../../../src/lab/topology/settings.ts';
import { exampleFiles } from './example-files.ts';
import { dnat, dr, nat, tun } from './fixtures.ts';

const translate = makeTranslate('en');

describe('what is published of the schema', () => {
  it('is docs/lblab.schema.json (UPDATE_GOLDEN=1 writes it anew)', () => {
    compare('lblab.schema.json', `${JSON.stringify(topologyJsonSchema(translate), null, 2)}\n`);
  });

  it('is docs/topology.md, in both languages (UPDATE_GOLDEN=1 writes them anew)', () => {
    compare('topology.md', topologyReference(translate));
    compare('topology.zh-cn.md', topologyReference(makeTranslate('zh-cn')));
  });

  it('accepts every sound lab and example, for other tools', () => {
    const validate = new Ajv2020({ strict: false }).compile(topologyJsonSchema(translate));
    for (const text of [dr, nat, tun, dnat, ...exampleFiles().map((file) => file.text)]) {
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    }
    assert.ok(!validate({ ...(parse(dr) as object), speed: 1 }));
  });

  it('describes the setting at any place of a file', () => {
    assert.deepEqual(describeSetting(['nodes', 'rs1', 'at', 'inside', 'mtu']), {
      id: 'nodes.at.mtu',
      types: ['integer'],
      keys: [],
      requiredKeys: [],
      choices: [],
      examples: [],
      minimum: 576,
      maximum: 9000,
    });
    assert.equal(describeSetting(['services', 'web', 'vip'])?.id, 'service.vip');
    assert.deepEqual(describeSetting(['service', 'protocol'])?.choices, ['tcp', 'udp']);
    assert.deepEqual(describeSetting(['traffic', 0])?.keys.slice(0, 3), ['from', 'to', 'port']);
    assert.deepEqual(describeSetting([])?.requiredKeys, ['model', 'segments', 'nodes']);
    assert.equal(describeSetting(['nodes', 'rs1', 'speed']), undefined);
    assert.equal(describeSetting(['constructor']), undefined);
  });
});

function compare(name: string, text: string): void {
  const file = new URL(`../../../docs/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}
