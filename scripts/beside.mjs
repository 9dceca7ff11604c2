// A program that runs while others do. What it says is kept until somebody waits for it, so that lines do not mingle.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup.mjs';

/**
 * Starts it at once. Resolves to its exit code, all it wrote in order, and the seconds it took; never rejects.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ code: number, text: string, seconds: number }>}
 */
export function beside(program, args) {
  const began = performance.now();
  // A file, not a pipe: nobody reads while this process waits for another program, and a full pipe would halt this one.
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-beside-'));
  const output = openSync(join(folder, 'output'), 'a');
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', output, output] });
  const end = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', end);
  return new Promise((resolve) => {
    const finish = (code, more = '') => {
      closeSync(output);
      const text = readFileSync(join(folder, 'output'), 'utf8') + more;
      process.off('exit', end);
      rmSync(folder, { recursive: true });
      resolve({ code, text, seconds: (performance.now() - began) / 1000 });
    };
    child.once('error', (error) => finish(127, `${program}: ${error.message}\n`));
    child.once('exit', (code) => finish(code ?? 1));
  });
}
