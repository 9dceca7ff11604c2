import { codeLenses } from '../src/extension/core/language/code-lenses.ts';
import { complete } from '../src/extension/core/language/complete/complete.ts';
import { diagnose } from '../src/extension/core/language/diagnose.ts';
import { folds } from '../src/extension/core/language/folding.ts';
import { inlayHints } from '../src/extension/core/language/inlay-hints.ts';
import { outline } from '../src/extension/core/language/outline.ts';
import { TopologyText } from '../src/extension/core/language/topology-text.ts';
import { makeTranslate } from '../test/support/translate.ts';
import { median } from './median.ts';

/**
 * What one keystroke in a topology of 500 lines costs, against the 16 ms of a frame. Each round types one character of
 * `gateway: router` on a line of its own and does all that follows: while typing (the shape of the file, completion,
 * outline, folding, lenses) and 200 ms after it (parse, check, hints, problems).
 */
const LINES = 500;
const FRAME_MS = 16;
const ROUNDS = 600;
const WARM_UP = 60;

const translate = makeTranslate('en');
const text = topologyOf(LINES);
const typed = '    gateway: router\n';
const line = text.indexOf('    gateway: router\n', Math.floor(text.length / 2));
const start = text.slice(0, line);
const end = text.slice(line + typed.length);

const whileTyping: number[] = [];
const afterwards: number[] = [];
const both: number[] = [];
for (let round = -WARM_UP; round < ROUNDS; round++) {
  const length = 5 + (((round % (typed.length - 5)) + (typed.length - 5)) % (typed.length - 5));
  const topology = new TopologyText(start + typed.slice(0, length) + end, 'bench.lblab.yaml');
  const began = performance.now();
  const offered = complete(topology, start.length + length, translate).items.length;
  const shown = outline(topology).length + folds(topology).length + codeLenses(topology).length;
  const typedAt = performance.now();
  const found = diagnose(topology, translate).length + inlayHints(topology, translate).length;
  const ended = performance.now();
  if (offered + shown + found < 0) throw new Error('nothing was done');
  if (round < 0) continue;
  whileTyping.push(typedAt - began);
  afterwards.push(ended - typedAt);
  both.push(ended - began);
}

console.log(`a topology of ${text.split('\n').length - 1} lines, ${ROUNDS} keystrokes`);
show('while typing: shape, completion, outline, folding, lenses', whileTyping);
show('200 ms later: parse, check, problems, hints', afterwards);
show('all of it', both);

function show(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1]!;
  const ratio = (ms: number) => `${ms.toFixed(2)} ms (${(ms / FRAME_MS).toFixed(2)} of a frame)`;
  console.log(`${what.padEnd(60)} median ${ratio(median(times))}, p99 ${ratio(p99)}`);
}

/** Clients, a router, a director, servers and two services; nodes over several lines, as an author of many writes them. */
function topologyOf(lines: number): string {
  const head = [
    'model: dr',
    'services:',
    ...['web', 'api'].flatMap((name, index) => [
      `  ${name}:`,
      `    vip: 10.0.2.${250 + index}`,
      '    port: 80',
      '    scheduler: wrr',
    ]),
    'segments:',
    '  outside: 10.0.1.0/24',
    '  inside: 10.0.2.0/24',
    'nodes:',
    '  router: { role: router, at: { outside: 10.0.1.1, inside: 10.0.2.1 } }',
    ...node('director', 'director', 'inside', 2),
  ];
  const traffic = Array.from(
    { length: 40 },
    (_, index) => `  - { from: c${index % 20}, to: ${index % 2 ? 'web' : 'api'}, every: 1s }`,
  );
  const count = Math.floor((lines - head.length - traffic.length - 1) / 5);
  const nodes = Array.from({ length: count }, (_, index) =>
    index < 20
      ? node(`c${index}`, 'client', 'outside', 10 + index)
      : node(`rs${index}`, 'server', 'inside', 10 + index),
  );
  const body = [...head, ...nodes.flat(), 'traffic:', ...traffic];
  while (body.length < lines) body.push('# the end');
  return `${body.join('\n')}\n`;
}

function node(name: string, role: string, segment: string, last: number): string[] {
  const subnet = segment === 'outside' ? '10.0.1' : '10.0.2';
  return [
    `  ${name}:`,
    `    role: ${role}`,
    '    at:',
    `      ${segment}: ${subnet}.${last}`,
    '    gateway: router',
  ];
}
