import { parseArgs } from 'node:util';
import { HOSTILE_SETUPS, HostileRun } from './hostile.ts';
import { fuzzAgainstLinux } from './kernel/fuzz.ts';
import { whyNot } from './ports/network.ts';

/**
 * `npm run fuzz -- --minutes N [--frames N] [--seed N] [--model NAME]`: half the time conversations against the Linux kernel, half of it
 * hostile frames, all models in turn. `--frames` is a number of hostile frames for each model instead of a time,
 * `--model NAME` one of the models alone.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    frames: { type: 'string' },
    seed: { type: 'string' },
    model: { type: 'string', multiple: true },
  },
});
const minutes = positive('minutes', values.minutes ?? '1');
const frames = values.frames === undefined ? Infinity : positive('frames', values.frames);
const seed = positive('seed', values.seed ?? String(1 + (Date.now() % 1_000_000)));
console.log(`seed ${seed}`);

const names = values.model ?? Object.keys(HOSTILE_SETUPS);
for (const name of names)
  if (!(name in HOSTILE_SETUPS)) stop(`no model ${name}: ${Object.keys(HOSTILE_SETUPS).join(', ')}`);
let failures = 0;
for (const name of names) {
  const end = frames === Infinity ? Date.now() + (minutes * 60_000) / 2 / names.length : Infinity;
  const run = new HostileRun(HOSTILE_SETUPS[name]!, seed);
  let count = 0;
  try {
    for (; count < frames && (count % 1000 !== 0 || Date.now() < end); count++) run.step();
    console.log(`${name}: ${count} hostile frames, ${run.sent} frames out`);
    for (const [what, times] of [...run.became].sort(([, a], [, b]) => b - a))
      console.log(`  ${times} ${what}`);
  } catch (error) {
    failures++;
    console.log(`${name}: frame ${count} of seed ${seed}`, error);
  }
}
const missing = whyNot();
if (missing === undefined) failures += await fuzzAgainstLinux((minutes * 60_000) / 2, seed, console.log);
else {
  console.log(`not compared with the Linux kernel: ${missing}`);
  if (process.env['CI']) failures++;
}
process.exitCode = failures === 0 ? 0 : 1;

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  return stop(`--${name}: a number above 0 is wanted, not ${JSON.stringify(text)}`);
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
