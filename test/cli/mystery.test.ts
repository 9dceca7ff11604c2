import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MysterySession } from '../../src/cli/mystery/mystery-session.ts';
import { mystery as command } from '../../src/cli/mystery/mystery.ts';
import { terminal } from '../../src/cli/terminal.ts';
import { faults } from '../../src/mystery/faults.ts';
import { mysteryOf, withFault } from '../../src/mystery/mystery.ts';
import { MysteryProgress, type MysteryResult } from '../../src/mystery/progress.ts';
import { readPcapng } from '../../src/packet/pcapng.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { buildOnce, lbLab, temporaryFolder } from '../support/lb-lab.ts';
import { makeTranslate } from '../support/translate.ts';

const faultOf = (key: string) => faults.find(({ hidden }) => hidden[0]!.path.join('.') === key)!;

/** A session with one fault, whose file is `text` by now. */
class Learner {
  readonly progress: MysteryProgress;
  readonly session: MysterySession;
  text: string;
  #printed = '';

  constructor(key: string) {
    const mystery = withFault({ level: 1, seed: 7 }, faultOf(key));
    this.text = mystery.text;
    this.progress = new MysteryProgress(mystery, () => 0);
    const stream = { write: (text: string) => (this.#printed += text) };
    this.session = new MysterySession({
      cli: {
        locale: 'en',
        translate: makeTranslate('en'),
        ...terminal(stream, stream, false),
        parse: parseArgs,
      },
      ...{ mystery, progress: this.progress },
      file: { name: 'mine.lblab.yaml', read: () => this.text },
    });
  }

  /** What is printed for these lines. */
  async types(...lines: string[]): Promise<string> {
    this.#printed = '';
    for (const line of lines) await this.session.line(line);
    return this.#printed;
  }
}

describe('lb-lab mystery', () => {
  it('opens ladder, tables, shells and captures, and counts them', async () => {
    const learner = new Learner('nodes.rs1.hideVip');
    assert.match(await learner.types('ladder'), /GET \/hello → VIP:80/);
    // The evidence: two MAC addresses for the VIP at the router.
    const table = await learner.types('table router');
    assert.match(table, /router# ip n\n(.*\n)*10\.0\.2\.100 dev inside lladdr/);
    assert.match(
      await learner.types('table director'),
      /director# connections\nState +Client +Destination +Server/,
    );
    assert.match(
      await learner.types('shell client1', 'ping -c 1 vip', 'curl vip', 'exit', 'causes ARP VIP'),
      /64 bytes from 10\.0\.2\.100[^]*vip-two-answers/,
    );
    const folder = temporaryFolder();
    try {
      assert.match(await learner.types(`capture ${folder.path('all.pcapng')}`), /^\d+ frames are in /);
      const { records } = readPcapng(readFileSync(folder.path('all.pcapng')));
      assert.ok(records.length > 100);
      assert.ok(
        records.every(({ comments = [] }: { comments?: readonly string[] }) => comments.length === 0),
      );
    } finally {
      folder.remove();
    }
    assert.deepEqual(learner.progress.result.looks, { ladder: 1, table: 2, capture: 1, shell: 1 });
  });

  it('is mended by the key in the file, and not by another', async () => {
    const learner = new Learner('nodes.rs1.hideVip');
    learner.text = learner.text.replace('  rs1:      { role', '  rs1:      { holdVip: true, role');
    assert.match(await learner.types('run'), /not every promise holds/);
    assert.ok(!learner.session.isOver);
    learner.text = learner.text.replace('holdVip', 'hideVip');
    assert.match(await learner.types('run'), /^Mended/);
    assert.ok(learner.session.isOver);
    const { outcome, attempts } = learner.progress.result;
    assert.deepEqual([outcome, attempts], ['mended', 1]);
  });

  it('keeps the lab while the file has errors, and says where', async () => {
    const learner = new Learner('nodes.rs1.hideVip');
    learner.text = learner.text.replace('role: router', 'role: rooter');
    assert.match(await learner.types('run'), /mine\.lblab\.yaml:\d+:\d+[^]*mend these first/);
    assert.match(await learner.types('ladder'), /client1/);
  });

  it('says what it does not know', async () => {
    const learner = new Learner('nodes.rs1.hideVip');
    assert.match(await learner.types('open sesame'), /^open: not known here/);
    assert.match(await learner.types('table nobody'), /there is no node ‘nobody’: name one of client1, /);
    assert.match(await learner.types('shell'), /there is no node/);
    assert.match(await learner.types('capture'), /name the file/);
    assert.match(await learner.types('answer everything'), /there is no cause ‘everything’/);
    assert.equal(await learner.types('', '   '), '');
    assert.equal(learner.progress.result.answers.length, 0);
  });

  it('takes an answer without a prompt, and writes the result', async () => {
    const folder = temporaryFolder();
    try {
      const { fault } = mysteryOf({ level: 2, seed: 5 });
      const json = folder.path('result.json');
      const call = ['--level', '2', '--seed', '5', '--json', json, '--answer'];
      const right = await runCommand(command, [...call, fault.answers[0]!]);
      assert.equal(right.code, 0);
      // Then it says what was hidden.
      assert.ok(right.out.includes(fault.hidden[0]!.path.join('.')), right.out);
      const result = JSON.parse(readFileSync(json, 'utf8')) as MysteryResult;
      assert.deepEqual([result.seed, result.level, result.outcome], [5, 2, 'named']);
      const wrong = await runCommand(command, [...call, 'bad-packet']);
      assert.equal(wrong.code, 1);
      assert.match(wrong.out, /^That is not it: the packet is malformed\.\n$/);
      assert.equal((JSON.parse(readFileSync(json, 'utf8')) as MysteryResult).causes, undefined);
    } finally {
      folder.remove();
    }
  });

  it('refuses a bad call', async () => {
    for (const [args, error] of [
      [['--level', '4'], /--level 4: give 1, 2 or 3/],
      [['--seed', '-1'], /--seed/],
      [['--seed', '4294967296'], /up to 4294967295/],
      [['--seed', '1', '--answer', 'toString'], /there is no cause ‘toString’/],
    ] as const) {
      const { code, err } = await runCommand(command, args);
      assert.equal(code, 2);
      assert.match(err, error);
    }
    assert.match((await runCommand(command, ['--causes'])).out, /mtu-exceeded +the packet is larger/);
  });

  it('writes the file, asks on a pipe and ends as it was solved', function () {
    this.timeout(60_000);
    buildOnce();
    const folder = temporaryFolder();
    try {
      const [file, json] = [folder.path('mine.lblab.yaml'), folder.path('result.json')];
      const { fault, text } = mysteryOf({ level: 1, seed: 3 });
      const call = ['mystery', file, '--level', '1', '--seed', '3', '--json', json];
      const left = lbLab(call, {}, 'ladder\nanswer bad-packet\nquit\n');
      assert.equal(left.code, 1, left.err);
      assert.ok(readFileSync(file, 'utf8').endsWith(text));
      assert.match(left.out, /Left unsolved[^]*wrong answers: 1/);
      // What the file says by itself is sound: nothing is hidden in it.
      assert.equal(lbLab(['run', file, '--quiet']).code, 0);
      writeFileSync(file, `# mine\n${text}`);
      const solved = lbLab(call, {}, `answer ${fault.answers[0]!}\nladder\n`);
      assert.equal(solved.code, 0, solved.err);
      assert.ok(!solved.out.includes('client1:'), 'nothing is read after the answer');
      assert.ok(readFileSync(file, 'utf8').startsWith('# mine'));
      assert.ok(existsSync(json));
    } finally {
      folder.remove();
    }
  });
});
