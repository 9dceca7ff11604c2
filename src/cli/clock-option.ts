import type { Plan } from '../lab/topology/plan.ts';
import { CliError } from './cli.ts';

/** Digits after the point of a nanosecond, in each unit. */
const units: Readonly<Record<string, number>> = { s: 9, ms: 6, us: 3, µs: 3, ns: 0 };

/** `--clock rs1=-0.3ms`: what is added to the times that a node recorded. Throws `CliError`. */
export function readClocks(texts: readonly string[], { nodes }: Plan): ReadonlyMap<string, bigint> {
  return new Map(
    texts.map((text) => {
      const [, node = '', sign, whole = '', fraction = '', unit = ''] =
        /^(.+)=([+-]?)(\d+)(?:\.(\d+))?(s|ms|us|µs|ns)$/.exec(text) ?? [];
      if (!nodes.some(({ name }) => name === node))
        throw new CliError('cli.bad-clock', { clock: text, nodes: nodes.map(({ name }) => name).join(', ') });
      const digits = units[unit]!;
      const timeNs = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
      return [node, sign === '-' ? -timeNs : timeNs] as const;
    }),
  );
}
