import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { lessons } from '../../src/cli/lessons.ts';
import { junit } from '../../src/cli/lessons/junit.ts';
import type { Graded } from '../../src/cli/lessons/grade.ts';
import { CliError } from '../../src/cli/cli.ts';
import { plain } from '../../src/cli/paint.ts';
import { runCommand } from '../support/cli-in-process.ts';
import { hostileTexts } from '../support/hostile-text.ts';
import { root, temporaryFolder } from '../support/lb-lab.ts';
import { makeTranslate } from '../support/translate.ts';

const lesson = (name: string): string => readFileSync(`${root}examples/lessons/${name}.lblab.yaml`, 'utf8');
const lineOf = (text: string, key: string): number =>
  text.split('\n').findIndex((line) => line.trim().startsWith(key)) + 1;

interface JsonFile {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly engine?: string;
  readonly shown: boolean;
  readonly differences: readonly {
    readonly what: string;
    readonly expected: readonly string[];
    readonly observed: readonly string[];
    readonly line: number;
  }[];
  readonly problems: readonly { readonly code: string; readonly line: number; readonly message: string }[];
}
interface Json {
  readonly shown: number;
  readonly all: number;
  readonly files: readonly JsonFile[];
}

/** Elements of well-formed XML, with their attributes and text; throws for anything else. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: ReturnType<typeof elementsOf> = [];
  const open: string[] = [];
  const plainText = (text: string) =>
    text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(+code));
  const token = /<\?xml [^<>]*\?>|<(\/?)(\w+)((?: \w+="[^<>"&]*(?:&#\d+;[^<>"&]*)*")*)(\/?)>|[^<>&]+|&#\d+;/y;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    assert.ok(match, `not well-formed at ${JSON.stringify(xml.slice(at, at + 80))}`);
    const [whole, isEnd, name, attributes = '', isEmpty] = match;
    if (name === undefined) {
      const last = found.at(-1);
      if (last && !whole.startsWith('<?')) last.text += plainText(whole);
    } else if (isEnd) assert.equal(open.pop(), name);
    else {
      if (!isEmpty) open.push(name);
      const pairs = [...attributes.matchAll(/ (\w+)="([^"]*)"/g)].map(([, key, value]) => [
        key,
        plainText(value!),
      ]);
      found.push({ name, attributes: Object.fromEntries(pairs) as Record<string, string>, text: '' });
    }
  }
  assert.deepEqual(open, []);
  return found;
}

describe('lb-lab lessons with files and folders', () => {
  const folder = temporaryFolder();
  after(() => folder.remove());
  const good = lesson('vip-missing');
  const mended = good.replace(/, holdVip: false/g, '');
  const write = (name: string, text: string) => {
    writeFileSync(folder.path(name), text);
    return folder.path(name);
  };
  before(() => {
    assert.notEqual(mended, good);
    for (const name of ['class', 'class/below', 'class/.hidden', 'class/node_modules', 'empty'])
      mkdirSync(folder.path(name));
    write('class/a.lblab.yaml', good);
    write('class/below/b.lblab.yml', mended);
    write('class/plain.lblab.yaml', readFileSync(`${root}examples/dr.lblab.yaml`, 'utf8'));
    write('class/broken.lblab.yaml', 'model: dr\nnodes: [\n');
    write('class/notes.txt', 'no topology');
    write('class/.hidden/c.lblab.yaml', good);
    write('class/node_modules/d.lblab.yaml', good);
    symlinkSync(folder.path('class'), folder.path('class/below/loop'));
  });
  const graded = async (...args: string[]) => {
    const json = folder.path('out.json');
    const xml = folder.path('out.xml');
    const printed = await runCommand(lessons, [...args, '--json', json, '--junit', xml]);
    return {
      ...printed,
      json: JSON.parse(readFileSync(json, 'utf8')) as Json,
      xml: elementsOf(readFileSync(xml, 'utf8')),
    };
  };

  it('grades every file with expect below a folder, and broken ones, and says how many it left out', async () => {
    const { code, out, json } = await graded(folder.path('class'));
    assert.equal(code, 1);
    assert.deepEqual(
      json.files.map(({ name, shown }) => [name, shown]),
      [
        ['a', true],
        ['b', false],
        ['broken', false],
      ],
    );
    assert.deepEqual([json.shown, json.all], [1, 3]);
    assert.match(out, /✓ a\n✗ b\n/);
    assert.match(out, /1 file in the folders has no ‘expect:’/);
  });

  it('says what was expected and seen, and in which line, on the terminal, as JSON and as JUnit', async () => {
    const file = folder.path('class/below/b.lblab.yml');
    const { out, json, xml } = await graded(file);
    const line = lineOf(mended, 'explanations:');
    assert.ok(line > 1);
    assert.ok(out.includes(`${file}:${line}: explanations: expected vip-not-local, seen –`), out);
    const [only] = json.files;
    assert.equal(only!.line, lineOf(mended, 'expect:'));
    assert.equal(only!.engine, 'embedded');
    assert.deepEqual(
      only!.differences.find(({ what }) => what === 'explanations'),
      { what: 'explanations', expected: ['vip-not-local'], observed: [], line },
    );
    const suite = xml.find(({ name }) => name === 'testsuite')!.attributes;
    assert.deepEqual([suite['tests'], suite['failures'], suite['errors']], ['1', '1', '0']);
    const { attributes } = xml.find(({ name }) => name === 'testcase')!;
    assert.deepEqual(
      [attributes['name'], attributes['file'], attributes['line']],
      ['b', file, `${only!.line}`],
    );
    const failure = xml.find(({ name }) => name === 'failure')!;
    assert.ok(failure.text.includes(`${file}:${line}: explanations: expected vip-not-local, seen –`));
  });

  it('of a broken file gives its errors with their places', async () => {
    const { json, out } = await graded(folder.path('class/broken.lblab.yaml'));
    const [only] = json.files;
    assert.equal(only!.engine, undefined);
    assert.equal(only!.differences[0]!.what, 'problems');
    assert.ok(only!.problems.length > 0);
    for (const { code, line, message } of only!.problems) {
      assert.notEqual(message, `problem.${code}`);
      assert.ok(out.includes(`broken.lblab.yaml:${line}:`));
    }
  });

  it('a lesson about an error is not shown once the error is gone', async () => {
    const text = lesson('dr-across-router');
    assert.equal((await graded('dr-across-router')).code, 0);
    const { problems } = /problems: \[(?<problems>[^\]]+)\]/.exec(text)!.groups!;
    const sound = readFileSync(`${root}examples/dr.lblab.yaml`, 'utf8');
    const { json } = await graded(
      write('gone.lblab.yaml', `${sound}\nexpect: { problems: [${problems}] }\n`),
    );
    assert.deepEqual(
      json.files[0]!.differences.find(({ what }) => what === 'problems'),
      { what: 'problems', expected: [problems], observed: [], line: sound.split('\n').length + 1 },
    );
  });

  it('names each file once, in the order of the call', async () => {
    const a = folder.path('class/a.lblab.yaml');
    const { json } = await graded('vip-missing', a, folder.path('class'), a);
    assert.deepEqual(
      json.files.map(({ name }) => name),
      ['vip-missing', 'a', 'b', 'broken'],
    );
  });

  it('refuses what cannot be graded: exit 2', async () => {
    const empty = folder.path('empty');
    for (const [args, message] of [
      [[empty], /no topology file with ‘expect:’/],
      [['nowhere'], /no lesson, file or folder ‘nowhere’/],
      [['--junit', folder.path('x.xml')], /nothing was named/],
      [[folder.path('class/a.lblab.yaml'), '--json', folder.path('class/a.lblab.yaml')], /a\.lblab\.yaml/],
    ] as const) {
      const { code, err } = await runCommand(lessons, args);
      assert.equal(code, 2);
      assert.match(err, message);
    }
    assert.equal(readFileSync(folder.path('class/a.lblab.yaml'), 'utf8'), good);
  });

  it('docs/json.md names every key', async () => {
    const { json } = await graded(folder.path('class'));
    const docs = readFileSync(`${root}docs/json.md`, 'utf8');
    const [, section = ''] = docs.split('# The JSON of graded files');
    const keys = new Set(['failure']);
    JSON.stringify(json, (key, value: unknown) => {
      if (key !== '' && !/^\d+$/.test(key)) keys.add(key);
      return value;
    });
    for (const key of keys) assert.ok(section.includes(`\`${key}`), key);
  });
});

describe('JUnit XML of graded files', () => {
  const cli = {
    translate: makeTranslate('en'),
    locale: 'en' as const,
    paint: plain,
    out: () => 0,
    err: () => 0,
    parse: undefined as never,
  };
  const graded = (name: string, more: Partial<Graded> = {}): Graded => ({
    ...{ file: name, name, line: 3, differences: [], problems: [], durationMs: 1500, interrupted: false },
    ...more,
  });

  it('is well-formed whatever files are called, and holds nothing that XML forbids', () => {
    for (const hostile of [...hostileTexts, 'x\ufffe\uffff', ']]>', '<!--']) {
      const difference = { what: 'broken', expected: hostile, observed: '', line: 4 } as const;
      const xml = junit(cli, [graded(hostile, { differences: [difference] })]);
      const failure = elementsOf(xml).find(({ name }) => name === 'failure')!;
      assert.ok(failure.text.startsWith(failure.attributes['message']!));
      const isAllowed = (one: string) => one === '\n' || (one >= ' ' && one !== '\ufffe' && one !== '\uffff');
      assert.ok([...xml].every(isAllowed), hostile);
    }
  });

  it('counts a run without a result as an error', () => {
    const failure = new CliError('cli.no-such-lesson', { lesson: 'x' });
    const xml = elementsOf(junit(cli, [graded('good'), graded('bad', { failure })]));
    const { tests, failures, errors, time } = xml.find(({ name }) => name === 'testsuite')!.attributes;
    assert.deepEqual([tests, failures, errors, time], ['2', '0', '1', '3.000']);
    assert.equal(xml.find(({ name }) => name === 'error')!.attributes['type'], 'cli.no-such-lesson');
  });
});
