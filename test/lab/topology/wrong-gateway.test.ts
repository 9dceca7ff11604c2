import assert from 'node:assert/strict';
import fc from 'fast-check';
import { alarms } from '../../journey/alarms.ts';
import { soundText, soundTopology } from '../../journey/sound-topologies.ts';
import { loadTopology } from '../../../src/lab/topology/load.ts';
import { runLab } from '../embedded/testbed.ts';

/** Each other gateway that a node's line could name: whoever is on a segment with it, an address of nobody, none. */
function mistakesOf(text: string): { readonly node: string; readonly text: string }[] {
  const { plan } = loadTopology(text, 'sound.lblab.yaml');
  assert.ok(plan, text);
  return plan.nodes.flatMap((node) => {
    const line = text.split('\n').find((one) => one.startsWith(`  ${node.name}: `))!;
    const own = /, gateway: ([a-z0-9]+)/.exec(line);
    if (!own) return [];
    const beside = plan.nodes.filter(
      (other) =>
        other !== node &&
        other.name !== own[1] &&
        other.interfaces.some(({ segment }) => node.interfaces.some((port) => port.segment === segment)),
    );
    const nobody = [...node.interfaces.map(({ address }) => (address & 0xffffff00) + 250)].map((address) =>
      [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.'),
    );
    const lines = [...beside.map(({ name }) => name), ...nobody].map((hop) =>
      line.replace(own[0], `, gateway: ${hop}`),
    );
    return [...lines, line.replace(own[0], '')].map((wrong) => ({
      node: node.name,
      text: text.replace(line, wrong),
    }));
  });
}

/** So that every server is asked by every client. */
const plain = { protocol: 'tcp', upload: 0, response: 0, scheduler: 'rr', persistence: false } as const;

describe('a wrong gateway', () => {
  it('is named by a warning exactly where it keeps requests from being answered', () => {
    fc.assert(
      fc.property(soundTopology, fc.nat(1000), (sound, pick) => {
        const mistakes = mistakesOf(soundText({ ...sound, ...plain }));
        const mistake = mistakes[pick % mistakes.length]!;
        const { plan, problems } = loadTopology(mistake.text, 'wrong.lblab.yaml');
        if (!plan) return;
        const outcomes = runLab(plan).outcomes();
        const told = problems.filter(({ code }) => alarms.includes(code));
        const isFine = outcomes.every((outcome) => outcome === 'answered');
        const summary = `${mistake.node}: ${JSON.stringify(told.map(({ code, params }) => [code, params]))}\n${mistake.text}`;
        // That nobody has an address is said wherever it is written.
        if (isFine) {
          assert.deepEqual(
            told.filter(({ code }) => code !== 'gateway-nobody'),
            [],
            summary,
          );
          return;
        }
        const line = mistake.text.split('\n').findIndex((one) => one.startsWith(`  ${mistake.node}: `)) + 1;
        const lines = told.map(({ range }) => range.start.line);
        assert.ok(lines.includes(line), `line ${line}, told at ${lines.join()}: ${summary}`);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 30) },
    );
  });
});
