import type { CaptureSource } from '../captures/source.ts';
import { inferredNetwork } from '../extension/core/captures/inferred-network.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import type { Cli } from './cli.ts';
import { writeOutput } from './files.ts';

/**
 * Tells what captures say of a network without a topology, by which frames, and writes a draft where that is asked for.
 * @param nameOf What a frame is called, by its file and its number there.
 * @returns The plan to tell stories by; `undefined` where nothing balances, or what was seen contradicts itself.
 */
export function inferTopology(
  { translate, paint, out, err }: Cli,
  sources: readonly CaptureSource[],
  nameOf: (source: number, number: number) => string,
  writeTo: string | undefined,
  isQuiet: boolean,
): Plan | undefined {
  const { lines, text } = inferredNetwork(sources, nameOf, translate);
  const say = (line: string): void => (isQuiet ? undefined : out(line));
  say(paint('heading', translate('captures.inferred')));
  for (const line of lines) say(`  ${line}`);
  if (text === undefined) return undefined;
  if (writeTo !== undefined) {
    writeOutput(writeTo, [text]);
    err(translate('captures.written-topology', { file: writeTo }));
  }
  const { plan } = loadTopology(text, 'inferred.lblab.yaml');
  if (!plan) err(translate('captures.unloadable-draft'));
  else if (writeTo === undefined) say(`  ${translate('captures.inferred-no-promises')}`);
  say('');
  return plan;
}
