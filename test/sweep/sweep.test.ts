import assert from 'node:assert/strict';
import { mended } from './mend.ts';
import type { Mistake } from './mistakes.ts';
import { allMistakes, describeSwept, isAmiss, sweep, textOf } from './sweep.ts';
import { runOf } from './verdict.ts';

/** Of each kind of key and each of its values two, wherever: the whole is `npm run sweep`. */
function sampleOf(mistakes: readonly Mistake[]): Mistake[] {
  const kinds = new Map<string, Mistake[]>();
  for (const mistake of mistakes) {
    const kind = `${kindOf(mistake.key)} ${typeof mistake.value === 'string' ? shapeOf(mistake.value) : JSON.stringify(mistake.value)}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), mistake]);
  }
  // Not always the first of a kind, and the same in every run.
  return [...kinds.values()].flatMap((alike, index) => [
    ...new Set([alike[index % alike.length]!, alike[(index * 7 + 3) % alike.length]!]),
  ]);
}

/** `nodes.rs1.at.inside.loss` is a `nodes.at.loss`. */
function kindOf(key: string): string {
  const path = key.split('.');
  const named = path[0] === 'nodes' ? [1, 3] : path[0] === 'segments' || path[0] === 'traffic' ? [1] : [];
  return path.filter((_, index) => !named.includes(index) || (index === 3 && path[2] !== 'at')).join('.');
}

/** Names are alike, and addresses: which of them it is makes no other kind. */
function shapeOf(value: string): string {
  return value.replace(/^\d+(\.\d+){3}$/, 'address').replace(/^[a-z]+\d?$/, 'name');
}

describe('the sweep', () => {
  const all = allMistakes();
  const sample = sampleOf(all);

  it('has every key of the schema, those of later too', () => {
    const kinds = new Set(all.map(({ key }) => kindOf(key)));
    for (const kind of [
      'nodes.at.loss',
      'nodes.gateway',
      'nodes.timeouts.established',
      'nodes.maxConnections',
      'service.servers.rs1.weight',
      'service.persistence',
      'service.tunnel',
      'service.tunnelPort',
      'segments.mtu',
      'traffic.port',
    ])
      assert.ok(kinds.has(kind), `${kind} in ${[...kinds].join(' ')}`);
  });

  it('begins with sound files', () => {
    for (const name of ['nat', 'dnat', 'dnat-plain', 'dr', 'tun', 'gue'])
      assert.ok(runOf(textOf(name))?.sound, name);
  });

  it('explains each of a sample that breaks something, and mends it by what is said', function () {
    this.timeout(120_000);
    const amiss: string[] = [];
    let named = 0;
    for (const mistake of sample) {
      const swept = sweep(mistake);
      if (isAmiss(swept)) amiss.push(describeSwept(swept));
      if (swept.verdict !== 'named') continue;
      named++;
      const after = mended(mistake.text, swept.run!);
      if (!after.sound) amiss.push(`${describeSwept(swept)}\n  not mended: ${after.why}`);
    }
    assert.deepEqual(amiss, []);
    assert.ok(named > 15, String(named));
  });
});
