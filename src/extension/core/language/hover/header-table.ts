import { type ModelName, models } from '../../../../models/models.ts';
import type { Translate } from '../../../../l10n/translate.ts';
import { markdownTable } from '../markdown.ts';

/** The table as Markdown; empty for a word that is no model. */
export function headerTable(model: string, translate: Translate): string {
  const rows = Object.hasOwn(models, model) ? models[model as ModelName].legs : [];
  if (rows.length === 0) return '';
  const head = ['leg', 'frame', 'packet', 'ports'].map((column) => translate(`language.column.${column}`));
  const table = markdownTable([
    head,
    ...rows.map(({ id, frame: [from, to], isFrameNew, packet, ports }) => {
      const hosts = `${translate(`language.host.${from}`)} → ${translate(`language.host.${to}`)}`;
      const frame = from === to ? '' : isFrameNew ? `*${hosts}*` : hosts;
      return [translate(`language.leg.${id}`), frame, packet, ports].map(bold);
    }),
  ]);
  return `${table}\n\n${translate('language.headers-note')}`;
}

function bold(cell: string): string {
  return cell.replaceAll('*', '**');
}
