import type { Arrival } from '../../../journey/report.ts';
import type { Translate } from '../../../l10n/translate.ts';

/** What the forwarder decided, in a few words; empty when it decided nothing worth a word on a row. */
export function decisionText({ decision }: Arrival, translate: Translate): string {
  if (!decision) return '';
  const { rule, server, detail } = decision;
  if (rule === 'schedule' && server) {
    return detail
      ? translate('panel.decision.scheduled', { server, detail: schedulerText(detail, translate) })
      : translate('panel.decision.chosen', { server });
  }
  if (rule === 'established' && server) return translate('panel.decision.established', { server });
  return '';
}

/** A scheduler tells its reason as `NAME: VALUE`; what the value is takes a few words more. */
function schedulerText(detail: string, translate: Translate): string {
  const [name = '', value = ''] = detail.split(': ');
  const key = `panel.scheduler.${name}`;
  const text = translate(key, { value: value.replace(/^#/, '') });
  return text === key ? detail : text;
}
