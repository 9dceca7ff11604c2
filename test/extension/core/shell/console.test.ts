import assert from 'node:assert/strict';
import { runLine } from '../../../../src/console/console.ts';
import { LineEditor } from '../../../../src/extension/core/shell/line-editor.ts';
import { sessionNode } from '../../../../src/extension/core/shell/session-node.ts';
import { parseWords } from '../../../../src/console/words.ts';
import { formatMac } from '../../../../src/packet/address.ts';
import type { LabSession } from '../../../../src/extension/core/labs/lab-session.ts';
import { golden } from '../../../support/golden.ts';
import { example, ManualSource, sessionOf, translate } from '../../support.ts';

describe('the console of a node in memory', () => {
  const dr = example('dr');
  let source: ManualSource;
  let session: LabSession;
  before(async () => {
    source = new ManualSource();
    session = sessionOf(dr);
    await session.start(dr, source);
    source.settle();
  });
  after(() => session.stop());

  async function typed(line: string, node = 'rs1'): Promise<string[]> {
    const lines: string[] = [];
    const run = { print: (text: string) => void lines.push(text), signal: new AbortController().signal };
    const running = runLine(line, sessionNode(session, node), run, translate);
    source.settle();
    await running;
    return lines;
  }

  it('shows addresses, routes, neighbours and connections', async () => {
    const [port] = session.version.plan.nodes.find(({ name }) => name === 'rs1')!.interfaces;
    assert.deepEqual(await typed('ip a'), [
      '1: lo:',
      '    inet 10.0.2.100/32',
      '2: inside: mtu 1500 state UP',
      `    link/ether ${formatMac(port!.mac)}`,
      '    inet 10.0.2.11/24',
    ]);
    assert.deepEqual(await typed('ip route'), [
      'default via 10.0.2.1',
      '10.0.2.0/24 dev inside src 10.0.2.11',
    ]);
    assert.match(
      (await typed('ip neigh')).join('\n'),
      /^10\.0\.2\.1 dev inside lladdr 02(:[0-9a-f]{2}){5}$/m,
    );
    assert.match((await typed('ss'))[0]!, /^State +Local +Peer$/);
  });

  it('says what it does not know, and on a node that does not run that it does not', async () => {
    assert.match((await typed('rm -rf /'))[0]!, /^rm: not known/);
    assert.match((await typed('ip link'))[0]!, /^usage/);
    assert.match((await typed('constructor'))[0]!, /not known/);
    assert.match((await typed('ip a', 'nobody'))[0]!, /nobody is not running/);
    assert.deepEqual(await typed('   '), []);
    assert.ok((await typed('help')).length >= 5);
  });

  it('pings a name or an address, and says what came of it', async () => {
    const [first, sum] = await typed('ping -c 1 client1');
    assert.match(first!, /^64 bytes from 10\.0\.1\.10: icmp_seq=1 ttl=63 time=\d\.\d+ ms$/);
    assert.equal(sum, '1 sent, 1 answered');
    assert.match((await typed('ping -c 1 10.0.2.77'))[0]!, /unreachable/);
    assert.match((await typed('ping nobody'))[0]!, /^usage/);
    assert.match((await typed('ping -c 0 rs2'))[0]!, /^usage/);
  });

  it('asks a server, through the director or straight', async () => {
    assert.match((await typed('curl http://vip/', 'client1'))[0]!, /^rs[12]$/);
    assert.equal((await typed('curl rs2', 'client1'))[0], 'rs2');
    assert.match((await typed('curl -i 10.0.2.12:80/x', 'client1'))[0]!, /^HTTP\/1\.1 200 OK\n[^]*rs2$/);
    assert.match((await typed('curl rs2:81', 'client1'))[0]!, /refused/i);
    assert.match((await typed('curl'))[0]!, /^usage/);
  });

  it('shows the connections of a forwarder, and who asked a server', async () => {
    const [head, first] = await typed('connections', 'director');
    assert.match(head!, /^State +Client +Destination +Server$/);
    assert.match(first!, /^[A-Z_]+ +10\.0\.1\.1[01]:\d+ +10\.0\.2\.100:80 +rs[12]$/);
    assert.match((await typed('connections', 'rs1'))[0]!, /rs1 has no forwarder/);
    assert.match((await typed('log', 'rs1'))[1]!, /^10\.0\.1\.1[01]:\d+ +10\.0\.2\.100$/);
    for (const command of ['connections', 'log'])
      assert.match((await typed(command, 'nobody'))[0]!, /nobody is not running/);
  });

  it('lists services and the table as ipvsadm does', async () => {
    const shown = [...(await typed('ipvsadm -Ln', 'director')), ...(await typed('ipvsadm -lcn', 'director'))];
    golden(
      import.meta.url,
      'ipvsadm',
      shown.map((line) => line.replace(/(?<=10\.0\.1\.1[01]:)\d+/, 'CPORT')).join('\n'),
    );
    assert.deepEqual(
      await typed('ipvsadm --list --numeric', 'director'),
      await typed('ipvsadm -Ln', 'director'),
    );
    assert.match((await typed('ipvsadm -Ln --stats', 'director'))[0]!, /^ipvsadm: --stats is not known here/);
    assert.match((await typed('ipvsadm -C', 'director'))[0]!, /^ipvsadm: -C is not known here/);
    assert.match((await typed('ipvsadm -L', 'director'))[0]!, /^usage/);
    assert.match((await typed('ipvsadm -Ln', 'rs1'))[0]!, /rs1 is no director/);
    assert.match((await typed('ipvsadm -Ln', 'nobody'))[0]!, /nobody is not running/);
  });

  it('words are split as a shell does', () => {
    assert.deepEqual(parseWords(`curl  -i "a b" 'c "d"' e\\ f g"h"`), [
      'curl',
      '-i',
      'a b',
      'c "d"',
      'e f',
      'gh',
    ]);
    assert.deepEqual(parseWords(''), []);
  });

  it('a line is edited, remembered and given up', () => {
    const entered: string[] = [];
    let written = '';
    let ended = 0;
    const editor = new LineEditor('# ', {
      write: (text) => void (written += text),
      enter: (line) => void entered.push(line),
      interrupt: () => entered.push('^C'),
      end: () => void (ended += 1),
    });
    editor.begin();
    editor.input('ip x\x7fa\r');
    editor.input('\x1b[A\r');
    editor.input('half\x03');
    editor.input('\x04');
    editor.input('\x1b[D\x1b[Css\r');
    assert.deepEqual(entered, ['ip a', 'ip a', '^C', 'ss']);
    assert.equal(ended, 1);
    assert.ok(written.startsWith('# ip x'));
  });
});
