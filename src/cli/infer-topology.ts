import { inferCaptures } from '../captures/infer-captures.ts';
import { draftText } from '../captures/inference/draft.ts';
import type { CaptureSource } from '../captures/source.ts';
import { loadTopology } from '../lab/topology/load.ts';
import type { Plan } from '../lab/topology/plan.ts';
import { formatIpv4 } from '../packet/address.ts';
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
  const { services, draft } = inferCaptures(sources);
  const say = (line: string): void => (isQuiet ? undefined : out(line));
  say(paint('heading', translate('captures.inferred')));
  for (const { address, port, evidence, fits, frames } of services) {
    const service = `${formatIpv4(address)}:${port}`;
    const numbers = frames.map(({ source, number }) => nameOf(source, number)).join(', ');
    const said = translate(`captures.evidence.${evidence}`, { service });
    say(`  ${translate('captures.inferred-evidence', { evidence: said, frames: numbers })}`);
    if (fits.length > 1)
      say(`  ${translate('captures.draft.ambiguous', { service, fits: fits.join(', ') })}`);
  }
  if (!draft) {
    say(`  ${translate('captures.inferred-nothing')}`);
    return undefined;
  }
  const text = draftText(draft, ({ key, params }) => translate(key, params));
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
