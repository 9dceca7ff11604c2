import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { golden } from '../support/golden.ts';
import { buildOnce, lbLab, root, temporaryFolder } from '../support/lb-lab.ts';

const dr = 'examples/dr.lblab.yaml';

describe('lb-lab calls', () => {
  const folder = temporaryFolder();
  before(buildOnce);
  after(folder.remove);

  const bad: [string, string[], RegExp][] = [
    ['no command', [], /^$/],
    ['an unknown command', ['walk'], /no command ‘walk’/],
    ['a property of every object', ['constructor'], /no command ‘constructor’/],
    ['no file', ['run'], /no topology file/],
    ['two files', ['run', dr, 'b.yaml'], /one topology file at a time/],
    ['a missing file', ['run', 'no-such.lblab.yaml'], /cannot be read .*Check the path/],
    ['a folder', ['check', 'examples'], /cannot be read/],
    ['an unknown option', ['run', dr, '--frob'], /^lb-lab: there is no option --frob here\. .*\n$/],
    ['an option without its value', ['run', dr, '--requests'], /^lb-lab: --requests needs a value\. .*\n$/],
    ['a negative number', ['run', dr, '--requests', '-1'], /^lb-lab: --requests needs a value\. .*\n$/],
    ['a value for a switch', ['run', dr, '--quiet=3'], /^lb-lab: --quiet takes no value\. .*\n$/],
    ['zero requests', ['run', dr, '--requests', '0'], /at least 1/],
    ['a word for a number', ['run', dr, '--duration', 'long'], /at least 0/],
    [
      'a payload of another kind',
      ['run', dr, '--pcapng', 'x.pcapng', '--payload', 'some'],
      /none or first-line/,
    ],
    ['less of a file that is not written', ['run', dr, '--replace-addresses'], /give --pcapng FILE too/],
    ['an unknown engine', ['run', dr, '--engine', 'steam'], /no engine ‘steam’/],
    [
      'an output that cannot be written',
      ['run', dr, '--json', 'no/such/folder/out.json'],
      /cannot be written/,
    ],
  ];
  for (const [name, args, message] of bad) {
    it(`${name}: exit 2, one clear line, no stack`, () => {
      const { code, err } = lbLab(args);
      assert.equal(code, 2);
      assert.match(err, message);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }

  it('says the same in Chinese', () => {
    const { code, err } = lbLab(['walk'], { LANG: 'zh_CN.UTF-8' });
    assert.equal(code, 2);
    assert.match(err, /没有名为“walk”的命令/);
    const call = lbLab(['run', dr, '--frob'], { LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.UTF-8' });
    assert.match(call.err, /没有选项 --frob/, 'an empty variable is none');
    assert.doesNotMatch(call.err, /option/);
  });

  it('prints help and version to standard output', () => {
    assert.match(lbLab(['--help']).out, /lb-lab run FILE/);
    assert.equal(lbLab(['--help']).code, 0);
    assert.match(lbLab(['--version']).out, /^\d+\.\d+\.\d+\n$/);
  });

  const broken: [string, string][] = [
    ['broken-yaml', 'model: dr\nservice: { vip: 10.0.2.100\n'],
    ['unknown-key', 'model: dr\nservise: {}\n'],
    ['empty', ''],
  ];
  for (const [name, text] of broken) {
    it(`${name}: nothing half-runs`, () => {
      const file = folder.path(`${name}.lblab.yaml`);
      const json = folder.path(`${name}.json`);
      writeFileSync(file, text);
      const { code, out, err } = lbLab(['run', file, '--json', json]);
      assert.equal(code, 2);
      assert.equal(out, '');
      golden(import.meta.url, name, err.replaceAll(file, 'FILE'));
      assert.equal(lbLab(['check', json]).code, 2, 'no JSON was written');
    });
  }

  it('check: exit 0, 1 and 2, text and JSON', () => {
    assert.equal(lbLab(['check', dr]).code, 0);
    const lesson = `${root}examples/lessons/vip-missing.lblab.yaml`;
    assert.equal(lbLab(['check', lesson]).code, 1);
    const { code, out } = lbLab(['check', 'examples/lessons/dr-across-router.lblab.yaml', '--json']);
    assert.equal(code, 2);
    const [first] = JSON.parse(out) as Record<string, unknown>[];
    assert.deepEqual(Object.keys(first!).sort(), ['code', 'column', 'line', 'message', 'remedy', 'severity']);
  });

  it('plan: everything that will be applied', () => {
    golden(import.meta.url, 'plan-dr', lbLab(['plan', dr]).out);
    const { lab } = JSON.parse(lbLab(['plan', dr, '--json']).out) as { lab: string };
    assert.equal(lab, 'dr');
    const file = folder.path('settings.lblab.yaml');
    const text = readFileSync(join(root, dr), 'utf8')
      .replace('  scheduler: rr', '  persistence: { timeout: 90s, prefix: 24 }\n  scheduler: rr')
      .replace('role: director, ', 'role: director, timeouts: { udp: 10s }, clampMss: mtu, ')
      .replace('request: GET / }', 'protocol: icmp }');
    writeFileSync(file, text);
    const { out } = lbLab(['plan', file]);
    assert.match(out, /10\.0\.2\.100:80 {2}rr {2}persistent 90 s \/24\n/);
    assert.match(out, /timeouts .* {2}udp 10 s {2}/);
    assert.match(out, /clamp mss {2}mtu\n/);
    assert.match(out, /traffic client1 → 10\.0\.2\.100 {2}4 × ping /);
  });

  it('a reader that closes early is no error', () => {
    const command = `"${process.execPath}" dist/lb-lab.js run ${dr} --full | head -n 1`;
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });
});
