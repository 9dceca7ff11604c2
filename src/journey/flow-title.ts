import type { Translate } from '../l10n/translate.ts';
import type { Names } from './names.ts';
import type { Flow, ServerHealth } from './report.ts';
import { takeoverText } from './takeover-text.ts';

/** What a flow says by itself, without its ends: who takes over, which server is down. `undefined` for all that only asks. */
export function saysOf({ takeover, health }: Flow, names: Names, translate: Translate): string | undefined {
  if (takeover) return takeoverText(takeover, names, translate);
  return health && healthText(health, translate);
}

/** What is asked: of a health check, that it is one. Empty where a flow's kind says it all. */
export function askedOf({ kind, request }: Flow, translate: Translate): string {
  return kind === 'probe' ? [translate('kind.probe'), request].filter(Boolean).join(' ') : request;
}

/** `rs2 is down and taken out of web: checks failed in a row: 3, and the last one was refused`. */
function healthText(health: ServerHealth, translate: Translate): string {
  const { service, server, isUp, isDrained, result, failures = 0, serving, sorry } = health;
  const what = isUp ? 'up' : isDrained ? 'drained' : 'down';
  const params = { service, server, result: translate(`probe.${result}`), failures };
  const told = sorry
    ? translate(sorry.serves ? 'health.sorry' : 'health.sorry-ends', { sorry: sorry.server })
    : serving.length === 0
      ? translate('health.nobody')
      : '';
  return `${translate(`health.${what}`, params)}${told}`;
}
