import { formatIpv4 } from '../../../packet/address.ts';
import type { Flow, Skip } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';
import type { ChangeRow } from '../../../panel-protocol/messages.ts';
import { changeTexts, type ChangeText } from './change-texts.ts';
import type { ShownLab } from './shown-lab.ts';

/** The applied changes of a recording; and the times that were passed over. */
export class ChangeRows {
  readonly #lab: ShownLab;
  readonly #translate: Translate;
  /** Of each plan but the first: what is different from the one before stays so. */
  readonly #texts: (readonly ChangeText[])[] = [];

  constructor(lab: ShownLab, translate: Translate) {
    this.#lab = lab;
    this.#translate = translate;
  }

  /** As of now, each with the last request before it and the first after it. */
  of(requests: readonly Pick<Flow, 'id' | 'epoch' | 'startNs'>[], skips: readonly Skip[]): ChangeRow[] {
    const lab = this.#lab;
    const translate = this.#translate;
    const { plans } = lab;
    const changes = plans.slice(1).map((event, index): ChangeRow => {
      const texts = (this.#texts[index] ??= changeTexts(plans[index]!.plan, event.plan));
      const { kind = 'applied', texts: told = [] } = lab.changeOf(event.epoch) ?? {};
      const before = requests.findLast(({ startNs }) => startNs < event.timeNs);
      const after = requests.find(({ epoch, startNs }) => epoch === event.epoch && startNs >= event.timeNs);
      const line = texts.length === 1 ? lab.lineOf({ kind: 'setting', path: texts[0]!.path }) : undefined;
      const forgotten = (event.forgotten ?? []).map(({ segment, address }) =>
        translate('panel.change.forgotten', { address: formatIpv4(address), segment }),
      );
      return {
        epoch: event.epoch,
        timeNs: event.timeNs,
        durationNs: event.durationNs,
        texts: wordsOf(
          kind,
          told,
          texts.map(({ text }) => text),
          forgotten,
          translate,
        ),
        ...(line !== undefined && { line }),
        ...(before && { before: before.id }),
        ...(after && { after: after.id }),
        kind,
      };
    });
    if (skips.length === 0) return changes;
    return [...changes, ...skips.map((skip, index) => idleRow(skip, index, translate))].sort(
      (a, b) => a.timeNs - b.timeNs,
    );
  }
}

function idleRow({ timeNs, durationNs }: Skip, index: number, translate: Translate): ChangeRow {
  const seconds = (durationNs / 1e9).toFixed(1);
  return {
    epoch: -1 - index,
    timeNs,
    durationNs: 0,
    texts: [translate('panel.change.idle', { seconds })],
    kind: 'idle',
  };
}

/** Words of a setting and of its effect are often the same, but for how they name the place. */
const plain = (text: string): string => text.replaceAll(/\bservers\./g, '').replaceAll(/[.:]/g, ' ');

/** A setting that was added or taken away, of which an effect tells what held before and holds now. */
function isToldBy(effects: readonly string[], told: string): boolean {
  const name = /^[+−] (\S+): /.exec(told)?.[1];
  return name !== undefined && effects.some((text) => plain(text).startsWith(`${plain(name)} `));
}

/** The file's own words first, then what the lab made of them. What was done by hand, or by an event of the file, says so itself; of a restart it is enough that there was one. */
function wordsOf(
  kind: ChangeRow['kind'],
  told: readonly string[],
  derived: readonly string[],
  forgotten: readonly string[],
  translate: Translate,
): readonly string[] {
  if (kind === 'by-hand' || kind === 'planned') return [...told, ...forgotten];
  const effects = [...derived, ...forgotten];
  if (kind !== 'applied') return effects;
  if (effects.length > 0)
    return [...told.filter((text) => !isToldBy(effects, text)), ...effects].filter(
      (text, index, all) => all.findIndex((one) => plain(one) === plain(text)) === index,
    );
  return [translate('panel.change.nothing')];
}
