import type { HopRow } from '../records/hop-row.ts';
import type { JourneyRow } from '../records/journey-row.ts';
import type { ArrowStyle } from './arrow.ts';

/** How a hop's arrow looks. Direction shows in line and head too, not in colour alone. */
export function arrowStyle(
  journey: Pick<JourneyRow, 'kind' | 'reply'>,
  hop: Pick<HopRow, 'encapsulated' | 'signature' | 'expected'>,
): ArrowStyle {
  const double = hop.encapsulated;
  const width = hop.signature ? 2.4 : 1.5;
  const style = ordinaryStyle(journey, double, width);
  // What is not as the model says stands out, whatever it carries.
  return hop.expected === 2 ? { ...style, ink: 'bad' } : style;
}

function ordinaryStyle(
  journey: Pick<JourneyRow, 'kind' | 'reply'>,
  double: boolean,
  width: number,
): ArrowStyle {
  switch (journey.kind) {
    case 'arp-request':
    case 'arp-reply':
    case 'vrrp-advertisement':
      return {
        ink: 'muted',
        width: 1.4,
        dash: 'dotted',
        head: journey.kind === 'arp-reply' ? 'open' : 'filled',
        double,
      };
    case 'icmp-error':
      return { ink: 'warn', width, dash: 'dashdot', head: 'open', double };
    case 'rst':
      return {
        ink: 'bad',
        width,
        ...(journey.reply && { dash: 'dashed' }),
        head: journey.reply ? 'open' : 'filled',
        double,
      };
    default:
      return journey.reply
        ? { ink: 'reply', width, dash: 'dashed', head: 'open', double }
        : { ink: 'request', width, head: 'filled', double };
  }
}
