import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { isScalar, parseDocument, visit } from 'yaml';
import { check } from '../../src/cli/check.ts';
import { compare } from '../../src/cli/compare.ts';
import { explain } from '../../src/cli/explain.ts';
import { forward } from '../../src/cli/forward.ts';
import { lessons } from '../../src/cli/lessons.ts';
import { plan } from '../../src/cli/plan.ts';
import { run } from '../../src/cli/run.ts';
import { terminal } from '../../src/cli/terminal.ts';
import { asIpv4 } from '../../src/packet/address.ts';
import { readCapture } from '../../src/packet/read-capture.ts';
import { writePcapng } from '../../src/packet/pcapng.ts';
import { runCommand, type Printed } from '../support/cli-in-process.ts';
import { firstUnseen, hostileText, hostileTexts } from '../support/hostile-text.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';

const dr = join(root, 'examples/dr.lblab.yaml');

/** Every line by itself shows all it holds. The forged line of the hostile texts would be one of them. */
function assertHarmless({ out, err }: Printed, what: string): void {
  for (const line of `${out}${err}`.split('\n')) {
    assert.equal(firstUnseen(line), undefined, what);
    assert.doesNotMatch(line, /^\s*✓ kept {6}Everything is fine/, what);
  }
}

describe('what a terminal is sent', () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it('is a line, whatever is put into it; colours are the painter’s alone', () => {
    fc.assert(
      fc.property(fc.array(hostileText, { maxLength: 4 }), (texts) => {
        let written = '';
        const stream = { write: (text: string) => (written += text) };
        const { paint, out, err } = terminal(stream, stream, true);
        out(texts.map((text, index) => (index % 2 === 0 ? paint('good', text) : text)).join(' '));
        err(texts.join(''));
        assert.equal(written.split('\n').length, 3);
        // Green begins in one way and ends in one way.
        const pieces = written.replaceAll('\u001b[39m', '\u001b[32m').split('\u001b[32m');
        assert.equal(pieces.length - 1, 2 * Math.ceil(texts.length / 2));
        assert.equal(firstUnseen(pieces.join('').replaceAll('\n', '')), undefined);
      }),
    );
  });

  it('goes through one place', () => {
    const own = readdirSync(join(root, 'src/cli'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /process\.std(out|err)\.write\(|\bconsole\.(?!ts')|process\.std(out|err)\b(?!\.(isTTY|on|off|columns|rows)\b)/.test(
          readFileSync(join(root, 'src/cli', name), 'utf8'),
        ),
      );
    // `main` hands the streams over; a shell is the node's own, as ssh's is; `files` writes what `-` asks for, as to a file;
    // a mystery gives its terminal to what reads lines there, and that writes what somebody types.
    assert.deepEqual(own.sort(), ['files.ts', 'main.ts', 'mystery/mystery.ts', 'shell.ts']);
  });

  describe('by a topology', () => {
    const file = (text: string, name = 'hostile.lblab.yaml') => {
      const path = folder.path(name);
      writeFileSync(path, text);
      return path;
    };
    const commands = { check, run, plan, compare };

    it('with hostile keys and names, as check, run, plan and compare show it', async () => {
      const text = [
        'model: dr',
        'service: { vip: 10.0.2.100, port: 80, servers: ["rs\\e[2J1"] }',
        'segments:',
        '  "in\\e]0;pwned\\aside": 10.0.2.0/24',
        '  inside: 10.0.2.0/24',
        'nodes:',
        '  "a\\e[31mb": { role: "dir\\e[5mector", at: { inside: "10.0.2.\\e[2J2" }, gateway: "x\\e[2J" }',
        '  rs1: { role: server, at: { inside: 10.0.2.11 }, "ke\\e[2Jy": 1 }',
      ].join('\n');
      for (const [name, command] of Object.entries(commands)) {
        const printed = await runCommand(command, [file(text)]);
        assert.equal(printed.code, 2);
        assert.match(printed.out + printed.err, /\\u001b\[2J/);
        assertHarmless(printed, name);
      }
    });

    it('with a hostile text in any place', async () => {
      const source = readFileSync(dr, 'utf8');
      const places = scalarsOf(source);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(places - 1),
          hostileText,
          fc.constantFrom('en', 'zh-cn'),
          async (place, text, locale) => {
            const path = file(withScalar(source, place, text));
            for (const [name, command] of Object.entries(commands)) {
              const options = { locale: locale as 'en' };
              assertHarmless(await runCommand(command, [path], options), name);
              if (command === check) {
                const { out } = await runCommand(check, [path, '--json'], options);
                assertHarmless({ code: 0, out, err: '' }, name);
                JSON.parse(out);
              }
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    it('with a hostile name, and by hostile words on the command line', async () => {
      for (const hostile of hostileTexts) {
        const safe = hostile.replace(/[\0/]/g, '');
        const path = file(readFileSync(dr, 'utf8'), `${safe}.lblab.yaml`);
        const good = await runCommand(run, [path, '--requests', '1']);
        assert.equal(good.code, 0);
        for (const printed of [
          good,
          await runCommand(check, [path]),
          await runCommand(plan, [path]),
          await runCommand(plan, [path, '--json']),
          await runCommand(compare, [path]),
          await runCommand(compare, [dr, '--models', safe]),
          await runCommand(lessons, [safe]),
          await runCommand(run, [dr, '--engine', safe]),
          await runCommand(run, [dr, '--requests', safe]),
          await runCommand(run, [dr, `--${safe}`]),
          await runCommand(run, [`${folder.path('none')}${safe}`]),
          await runCommand(explain, [path, '--topology', dr]),
          await runCommand(forward, [dr, '--node', safe, '--in', path, '--out', path]),
        ])
          assertHarmless(printed, hostile);
      }
    });
  });

  it('by a capture with hostile interfaces', async () => {
    const recorded = folder.path('dr.pcapng');
    await runCommand(run, [dr, '--quiet', '--requests', '1', '--pcapng', recorded]);
    const capture = readCapture(readFileSync(recorded));
    const { interfaces } = capture;
    const records = capture.records.slice(0, 30);
    for (const hostile of hostileTexts) {
      const path = folder.path('hostile.pcapng');
      const own = interfaces.map(({ name, linkType, snapLength }, index) =>
        index % 2 === 0
          ? { name: `${hostile}${index}`, description: hostile, linkType, snapLength }
          : { name, linkType, snapLength },
      );
      const names = [{ address: asIpv4(0x0a000264), name: hostile.replaceAll('\0', '') || 'x' }];
      writeFileSync(
        path,
        writePcapng({
          interfaces: own,
          records: records.map((one) => ({ ...one, comments: [hostile] })),
          names,
        }),
      );
      for (const args of [[], ['--interface', `${hostile}=x`], ['--interface', 'director.inside']]) {
        const printed = await runCommand(explain, [path, '--topology', dr, ...args]);
        assertHarmless(printed, hostile);
      }
      // None of them can be placed: then they are all named.
      const unplaced = own.map((one, index) => ({ ...one, name: `${hostile}${index}` }));
      writeFileSync(path, writePcapng({ interfaces: unplaced, records: [], names: [] }));
      const printed = await runCommand(explain, [path, '--topology', dr]);
      assert.match(printed.err, /HOSTILE/);
      assertHarmless(printed, hostile);
    }
  });
});

function scalarsOf(text: string): number {
  let count = 0;
  visit(parseDocument(text), { Scalar: () => void (count += 1) });
  return count;
}

/** The file with another text as its n-th key or value, written as YAML can. */
function withScalar(text: string, place: number, value: string): string {
  const document = parseDocument(text);
  let count = 0;
  visit(document, {
    Scalar: (_key, node) => {
      if (count++ !== place || !isScalar(node)) return;
      node.value = value;
      node.type = 'QUOTE_DOUBLE';
      delete node.source;
    },
  });
  return document.toString();
}
