import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { exportLab } from '../../src/cli/export.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { golden } from '../support/golden.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const formats = ['ipvsadm', 'keepalived', 'sysctl'] as const;
const fileOf = (name: string) => `${root}examples/${name}.lblab.yaml`;

describe('lb-lab export ipvsadm, keepalived, sysctl', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  for (const name of [
    'dnat',
    'dnat-plain',
    'dr',
    'tun',
    'nat',
    'lessons/takeover',
    'lessons/gue-no-decapsulator',
  ])
    it(`writes ${name}`, async () => {
      const parts: string[] = [];
      for (const format of formats) {
        const { code, out, err } = await runCommand(exportLab, [format, fileOf(name)]);
        parts.push(`$ lb-lab export ${format} → ${code}\n${out}`, ...(code === 0 ? [] : [err]));
      }
      golden(import.meta.url, `export-${name.replace('lessons/', '')}`, parts.join('\n'));
    });

  it('says on standard error what stands in a comment, and writes a file', async () => {
    const output = folder.path('rules');
    const { code, out, err } = await runCommand(exportLab, ['ipvsadm', fileOf('dnat'), '--output', output]);
    assert.deepEqual([code, out], [0, '']);
    const comments = readFileSync(output, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('# '));
    for (const line of err.trimEnd().split('\n')) assert.ok(comments.includes(`# ${line}`), line);
    assert.match(err, /rewrites the client's address too/);
  });

  it('never drops in silence what cannot be said', async () => {
    const file = folder.path('odd.lblab.yaml');
    writeFileSync(
      file,
      `${readFileSync(fileOf('dnat-plain'), 'utf8')
        .replace(
          /role: director,/,
          'role: director, noEntry: drop, decrementTtl: false, clampMss: mtu, maxConnections: 9, timeouts: { established: 1500ms, timeWait: 2s },',
        )
        .replace('  scheduler: rr', '  scheduler: rr\n  persistence: 1500ms')}
events: [{ at: 1s, stop: rs1 }]
`,
    );
    const said = [/noEntry: drop/, /decrementTtl: false/, /clampMss/, /maxConnections: 9/, /‘events’/];
    const times = [
      /‘persistence’ of service .* 2 s/,
      /‘established’ of director .* 2 s/,
      /timeouts of director: timeWait/,
    ];
    for (const format of formats) {
      const { code, out, err } = await runCommand(exportLab, [format, file]);
      assert.equal(code, 0, err);
      for (const text of format === 'sysctl' ? said : [...said, ...times]) {
        assert.match(out, text, format);
        assert.match(err, text, format);
      }
    }
    assert.match((await runCommand(exportLab, ['ipvsadm', file])).out, /ipvsadm --set 2 120 300/);
    assert.match(
      (await runCommand(exportLab, ['keepalived', file])).out,
      /lvs_timeouts tcp 2 tcpfin 120 udp 300/,
    );
  });

  it('writes for the node that is named, and says which others there are', async () => {
    const file = fileOf('lessons/takeover');
    const other = await runCommand(exportLab, ['keepalived', file, '--node', 'lb2']);
    assert.match(other.out, /vrrp_instance lb2 \{[^}]*priority 100/);
    assert.match((await runCommand(exportLab, ['keepalived', file])).err, /This is for lb1\. Of lb2: --node/);
    const server = await runCommand(exportLab, ['sysctl', fileOf('dr'), '--node', 'rs1']);
    assert.doesNotMatch(server.out, /director/);
  });

  it('takes nothing that it does not understand', async () => {
    const calls = [
      [],
      ['haproxy', fileOf('dr')],
      ['ipvsadm'],
      ['ipvsadm', fileOf('nat')],
      ['ipvsadm', fileOf('dr'), '--node', 'rs1'],
      ['sysctl', fileOf('dr'), '--node', 'nobody'],
      ['keepalived', fileOf('lessons/dr-across-router')],
    ];
    for (const args of calls) {
      const { code, out } = await runCommand(exportLab, args);
      assert.deepEqual([code, out], [2, ''], args.join(' '));
    }
  });
});
