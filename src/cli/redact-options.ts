import { redactionFor } from '../extension/core/redaction.ts';
import type { Redaction } from '../packet/redact.ts';
import { CliError } from './cli.ts';

/** What every command that writes a pcapng takes: see `Redaction`. */
export const redactOptions = {
  payload: { type: 'string' },
  'replace-addresses': { type: 'boolean' },
} as const;

interface RedactValues {
  readonly pcapng?: string | undefined;
  readonly payload?: string | undefined;
  readonly 'replace-addresses'?: boolean | undefined;
}

/** Payloads hold addresses too: where these are replaced, none is written unless its first lines are asked for. Throws `CliError`. */
export function redactionOf(values: RedactValues): Redaction | undefined {
  const { pcapng, payload, 'replace-addresses': addresses = false } = values;
  if (payload === undefined && !addresses) return undefined;
  if (pcapng === undefined)
    throw new CliError('cli.redact-nothing', { option: addresses ? '--replace-addresses' : '--payload' });
  if (payload !== undefined && payload !== 'none' && payload !== 'first-line')
    throw new CliError('cli.unknown-payload', { payload });
  return redactionFor({ payload: payload ?? 'none', addresses });
}
