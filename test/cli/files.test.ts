import assert from 'node:assert/strict';
import { copyFileSync, linkSync, readFileSync, symlinkSync } from 'node:fs';
import { buildOnce, lbLab, root, temporaryFolder } from '../support/lb-lab.ts';

describe('files that are written', () => {
  before(buildOnce);
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
    copyFileSync(`${root}examples/dr.lblab.yaml`, folder.path('dr.lblab.yaml'));
  });
  afterEach(() => folder.remove());

  /** Every call that reads a file and writes another: what it reads, by the options that name what it writes. */
  const calls: readonly (readonly [string, (input: string, output: string) => string[]])[] = [
    ['run --json', (topology, out) => ['run', topology, '--json', out]],
    ['run --html', (topology, out) => ['run', topology, '--html', out]],
    ['run --mermaid', (topology, out) => ['run', topology, '--mermaid', out]],
    ['run --pcapng', (topology, out) => ['run', topology, '--pcapng', out]],
    [
      'run --watch --pcapng',
      (topology, out) => ['run', topology, '--watch', '--duration', '0', '--pcapng', out],
    ],
  ];
  const ofCapture: readonly (readonly [
    string,
    (input: string, output: string, other: string) => string[],
  ])[] = [
    [
      'explain --json, the capture',
      (capture, out, topology) => ['explain', capture, '--topology', topology, '--json', out],
    ],
    [
      'explain --mermaid, the capture',
      (capture, out, topology) => ['explain', capture, '--topology', topology, '--mermaid', out],
    ],
    ['explain --html, the capture', (capture, out) => ['explain', capture, '--html', out]],
    [
      'compare --json, a recording',
      (capture, out, topology) => ['compare', capture, topology, '--json', out],
    ],
    [
      'forward --out, the capture',
      (capture, out, topology) => ['forward', topology, '--node', 'director', '--in', capture, '--out', out],
    ],
  ];
  const ways: readonly (readonly [string, (file: string, other: string) => void])[] = [
    ['itself', () => undefined],
    ['a symbolic link', (file, other) => symlinkSync(file, other)],
    ['a hard link', (file, other) => linkSync(file, other)],
  ];

  for (const [way, link] of ways) {
    for (const [name, call] of calls)
      it(`${name} never overwrites its topology: ${way}`, () =>
        refused(folder.path('dr.lblab.yaml'), call, way, link));
    for (const [name, call] of ofCapture) {
      it(`${name} is never overwritten: ${way}`, () => {
        const capture = folder.path('a.pcapng');
        assert.equal(lbLab(['run', folder.path('dr.lblab.yaml'), '--quiet', '--pcapng', capture]).code, 0);
        refused(capture, (input, out) => call(input, out, folder.path('dr.lblab.yaml')), way, link);
      });
    }
    it(`the topology of explain is never overwritten: ${way}`, () => {
      const capture = folder.path('a.pcapng');
      assert.equal(lbLab(['run', folder.path('dr.lblab.yaml'), '--quiet', '--pcapng', capture]).code, 0);
      refused(
        folder.path('dr.lblab.yaml'),
        (topology, out) => ['explain', capture, '--topology', topology, '--json', out],
        way,
        link,
      );
    });
  }

  function refused(
    file: string,
    call: (input: string, output: string) => string[],
    way: string,
    link: (file: string, other: string) => void,
  ): void {
    const before = readFileSync(file);
    const output = way === 'itself' ? file : folder.path('other');
    link(file, output);
    const { code, err, out } = lbLab(call(file, output));
    assert.equal(code, 2, err);
    assert.match(err, /is what is read here/);
    assert.equal(out, '');
    assert.deepEqual(readFileSync(file), before);
  }

  it('two outputs are two files', () => {
    const { code, err } = lbLab([
      'run',
      folder.path('dr.lblab.yaml'),
      '--json',
      folder.path('a'),
      '--pcapng',
      folder.path('a'),
    ]);
    assert.equal(code, 2);
    assert.match(err, /two outputs/);
  });

  it('- is standard output: what is written there is the file, the rest goes to standard error', () => {
    const topology = folder.path('dr.lblab.yaml');
    const json = lbLab(['run', topology, '--json', '-']);
    assert.equal(json.code, 0);
    assert.equal((JSON.parse(json.out) as { model: string }).model, 'dr');
    assert.match(json.err, /What the model promises/);
    const capture = folder.path('a.pcapng');
    lbLab(['run', topology, '--quiet', '--pcapng', capture]);
    const explained = lbLab(['explain', capture, '--topology', topology, '--json', '-', '--quiet']);
    assert.equal((JSON.parse(explained.out) as { engine: string }).engine, 'capture');
    assert.equal(lbLab(['run', topology, '--json', '-', '--pcapng', '-']).code, 2);
  });
});
