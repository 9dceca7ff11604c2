import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { simulate } from '../../src/cli/simulate.ts';
import { happeningKinds } from '../../src/simulation/fleet.ts';
import { schedulerNames } from '../../src/simulation/choices.ts';
import type { Answer } from '../../src/simulation/all.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { golden } from '../support/golden.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const small = ['--directors', '8', '--servers', '100', '--flows', '5000'];
const schemaText = readFileSync(`${root}docs/simulate.schema.json`, 'utf8');
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(schemaText) as object,
);

describe('lb-lab simulate', () => {
  const folder = temporaryFolder();
  after(folder.remove);

  const answerOf = async (args: readonly string[]): Promise<Answer> => {
    const json = folder.path('answer.json');
    const { code, err } = await runCommand(simulate, [...args, '--json', json]);
    assert.deepEqual([code, err], [0, '']);
    const answer = JSON.parse(readFileSync(json, 'utf8')) as Answer;
    assert.equal(validate(answer), true, JSON.stringify(validate.errors));
    return answer;
  };

  it('prints what was assumed, and a table for each thing that happens', async () => {
    const { code, out, err } = await runCommand(simulate, small);
    assert.deepEqual([code, err], [0, '']);
    golden(import.meta.url, 'simulate', out);
  });

  it('prints the same in Chinese', async () => {
    const { out } = await runCommand(simulate, small, { locale: 'zh-cn' });
    golden(import.meta.url, 'simulate.zh-cn', out);
  });

  it('takes the service, its servers and its scheduler from a file', async () => {
    const file = `${root}examples/dr.lblab.yaml`;
    const answer = await answerOf([file, '--flows', '1000', '--directors', '2']);
    const { runs } = answer.scenarios[0]!;
    assert.deepEqual([answer.servers, answer.directors, answer.onRemove], [2, 2, 'silent']);
    assert.deepEqual(
      runs.map(({ scheduler }) => scheduler),
      ['rr'],
    );
  });

  it('all schedulers, happenings and conditions are as the schema says', async () => {
    for (const more of [[], ['--protocol', 'udp', '--sync', '--policy', '1', '--other-order', 'lb2']]) {
      const all = [
        '--schedulers',
        schedulerNames.join(),
        '--happens',
        happeningKinds.join().replace('add-server', 'add-server:rs2'),
      ];
      await answerOf(['--directors', '8', '--servers', '10', '--flows', '300', ...all, ...more]);
    }
  });

  it('the schema knows every happening and every scheduler', () => {
    for (const word of [...happeningKinds, ...schedulerNames])
      assert.ok(schemaText.includes(`"${word}"`), word);
  });

  const bad: [string, string[], RegExp][] = [
    ['a happening that there is not', ['--happens', 'unplug'], /--happens unplug: use remove-server/],
    ['the last director', ['--directors', '1', '--happens', 'remove-director'], /no director would be left/],
    ['a table that no kernel has', ['--table-sizes', '4096'], /use one of 251, .*131071/],
    ['an unknown scheduler', ['--schedulers', 'best'], /--schedulers best: use one of rr, /],
    ['too many servers', ['--servers', '10001'], /at most 10000/],
    ['more clients than flows', ['--flows', '10', '--clients', '11'], /at most 10/],
    ['a director that is not there', ['--other-order', 'lb99'], /--other-order lb99: there is none/],
    ['servers of a file twice', [`${root}examples/dr.lblab.yaml`, '--servers', '9'], /what the file says/],
    ['a file without a service', [`${root}examples/nat.lblab.yaml`], /it has no service/],
    ['a service that is not there', [`${root}examples/dr.lblab.yaml`, '--service', 'x'], /there is none/],
  ];
  for (const [name, args, message] of bad)
    it(`${name}: exit 2, one clear line`, async () => {
      const { code, out, err } = await runCommand(simulate, args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, message);
    });

  it('a file with errors: what is wrong, exit 2', async () => {
    writeFileSync(folder.path('bad.lblab.yaml'), 'model: dr\n');
    const { code, out, err } = await runCommand(simulate, [folder.path('bad.lblab.yaml')]);
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /bad\.lblab\.yaml:\d+/);
  });
});
