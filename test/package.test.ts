import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { golden } from './support/golden.ts';
import { packaged } from './support/packaged.ts';
import { zipEntries } from './support/zip-entries.ts';

const LIMIT_BYTES = 2 << 20;

describe('the package', () => {
  let file: string;
  before(function () {
    this.timeout(120_000);
    file = packaged();
  });

  it('holds these files and no others', () => {
    const names = zipEntries(file)
      // Samples come and go, and tests of their own read each of them; how the code is cut follows from its imports.
      .map((name) => name.replace(/(examples\/(lessons\/)?).*/, '$1*.lblab.yaml'))
      .map((name) => name.replace(/(dist\/chunks\/).*\.cjs$/, '$1*.cjs'));
    golden(import.meta.url, 'package', `${[...new Set(names)].join('\n')}\n`);
  });

  it('holds no native module', () => {
    assert.deepEqual(
      zipEntries(file).filter((name) => /\.(node|so|dll|dylib|exe)$|node_modules/.test(name)),
      [],
    );
  });

  it('is under 2 MB', () => {
    const { size } = statSync(file);
    assert.ok(size < LIMIT_BYTES, `${size} bytes`);
  });
});
