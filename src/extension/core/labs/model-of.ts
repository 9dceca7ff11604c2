import type { Plan } from '../../../lab/topology/plan.ts';

/** The model a topology's text names at its left margin, without reading the rest; the file may be broken elsewhere. */
export function modelOf(text: string): Plan['model'] | undefined {
  const [, quote, model] = /^model:[ \t]*(["']?)(nat|dnat|dr|tun)\1[ \t]*(#.*)?$/m.exec(text) ?? [];
  return quote === undefined ? undefined : (model as Plan['model']);
}
