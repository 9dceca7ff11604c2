import { modelNames } from '../../../models/models.ts';
import type { Plan } from '../../../lab/topology/plan.ts';

const written = new RegExp(String.raw`^model:[ \t]*(["']?)(${modelNames.join('|')})\1[ \t]*(#.*)?$`, 'm');

/** The model a topology's text names at its left margin, without reading the rest; the file may be broken elsewhere. */
export function modelOf(text: string): Plan['model'] | undefined {
  const [, quote, model] = written.exec(text) ?? [];
  return quote === undefined ? undefined : (model as Plan['model']);
}
