import { inferCaptures } from '../../../captures/infer-captures.ts';
import { draftText } from '../../../captures/inference/draft.ts';
import type { CaptureSource } from '../../../captures/source.ts';
import type { Translate } from '../../../l10n/translate.ts';
import { formatIpv4 } from '../../../packet/address.ts';

/** In a line nobody reads more. */
const MOST_SERVICES = 3;

/** What captures say of a network that nobody described; all ready to show. */
export interface InferredNetwork {
  /** Observation by observation, with its frames, and where more than one model fits. */
  readonly lines: readonly string[];
  /** Each service with all that fits it, in a line. */
  readonly gist: string;
  /** A topology file; none where nothing balances. */
  readonly text?: string;
}

/** @param nameOf What a frame is called, by its file and its number there. */
export function inferredNetwork(
  sources: readonly CaptureSource[],
  nameOf: (source: number, number: number) => string,
  translate: Translate,
): InferredNetwork {
  const { services, draft, frames: looked, allFrames } = inferCaptures(sources);
  const nameOfService = ({ address, port }: (typeof services)[number]) => `${formatIpv4(address)}:${port}`;
  const first =
    looked < allFrames ? [translate('captures.inferred-first', { looked, frames: allFrames })] : [];
  const said = services.flatMap((one) => {
    const { evidence, fits, frames } = one;
    const service = nameOfService(one);
    const numbers = frames.map(({ source, number }) => nameOf(source, number)).join(', ');
    const seen = translate(`captures.evidence.${evidence}`, { service });
    return [
      translate('captures.inferred-evidence', { evidence: seen, frames: numbers }),
      ...(fits.length > 1 ? [translate('captures.draft.ambiguous', { service, fits: fits.join(', ') })] : []),
    ];
  });
  const lines = [...first, ...said];
  if (!draft) return { lines: [...lines, translate('captures.inferred-nothing')], gist: '' };
  const shown = services
    .slice(0, MOST_SERVICES)
    .map((one) => `${nameOfService(one)} ${one.fits.join(' / ')}`);
  return {
    lines,
    gist: [...shown, ...(services.length > MOST_SERVICES ? ['…'] : [])].join(', '),
    text: draftText(draft, ({ key, params }) => translate(key, params)),
  };
}
