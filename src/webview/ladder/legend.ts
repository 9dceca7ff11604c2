import type { JourneyRow } from '../records/journey-row.ts';
import type { HopRow } from '../records/hop-row.ts';
import type { Text } from '../text.ts';
import { arrivalMark } from './arrival.ts';
import { chip } from './chips.ts';
import { hopLine } from './hop-path.ts';
import { missedRing } from './hop-shapes.ts';
import { vipBadge } from './lane-head.ts';
import type { Measure, Shape } from './shapes.ts';

/** Pixels of a sign's box. */
export const SIGN = { width: 92, height: 20 } as const;

type Arrow = Partial<
  Pick<JourneyRow, 'kind' | 'reply'> & Pick<HopRow, 'encapsulated' | 'signature' | 'expected' | 'fate'>
>;

interface Pen {
  readonly text: Text;
  readonly measure: Measure;
}

const [left, right, middle] = [8, SIGN.width - 8, SIGN.width / 2];
const y = SIGN.height / 2;

const lane = (x: number): Shape => ({
  kind: 'line',
  x1: x,
  y1: 0,
  x2: x,
  y2: SIGN.height,
  ink: 'lane',
  width: 1,
});

/** Between two lanes, and past a third if so wished. */
function arrowSign({ kind = 'data', reply = false, ...hop }: Arrow, ...passed: readonly number[]): Shape[] {
  const [from, to] = reply ? [right, left] : [left, right];
  const full = { encapsulated: false, signature: 0, expected: 0, fate: 'forwarded', ...hop } as const;
  return [...[left, ...passed, right].map(lane), ...hopLine({ from, to, passed }, { kind, reply }, full, y)];
}

function arrivalSign(fate: HopRow['fate'], reason = ''): Shape[] {
  return [lane(middle), ...arrivalMark({ fate, reason }, middle, y)];
}

function chipSign({ text, measure }: Pen, isWrong: boolean): Shape[] {
  const label = text('panel.routine.macs');
  const shapes: Shape[] = [];
  const width = Math.min(SIGN.width, Math.ceil(measure(label, 'small')) + 12);
  chip({ shapes, hits: [] }, label, Math.floor(middle - width / 2), y, width, '', isWrong);
  return shapes;
}

function routineSign({ text }: Pen): Shape[] {
  const words = `+1  ${text('panel.routine.checksum')}`;
  return [{ kind: 'text', x: middle, y, text: words, ink: 'muted', face: 'small', align: 'middle' }];
}

function badgeSign(how: Parameters<typeof vipBadge>[1], pen: Pen): Shape[] {
  const shapes: Shape[] = [];
  vipBadge(shapes, how, middle, y, pen);
  return shapes;
}

/** Every sign of the ladder, each drawn by what draws it there. */
const signs = {
  request: () => arrowSign({}),
  reply: () => arrowSign({ reply: true }),
  'arp-request': () => arrowSign({ kind: 'arp-request' }),
  'arp-reply': () => arrowSign({ kind: 'arp-reply', reply: true }),
  icmp: () => arrowSign({ kind: 'icmp-error', reply: true }),
  rst: () => arrowSign({ kind: 'rst', reply: true }),
  unexpected: () => arrowSign({ expected: 2 }),
  rewrite: () => arrowSign({ signature: 1 }),
  envelope: () => arrowSign({ encapsulated: true, signature: 1 }),
  passes: () => arrowSign({}, middle),
  missed: () => [...arrowSign({ expected: 2 }, middle), missedRing(middle, y)],
  lost: () => arrowSign({ fate: 'lost' }),
  change: (pen) => chipSign(pen, false),
  wrong: (pen) => chipSign(pen, true),
  routine: routineSign,
  forwarded: () => arrivalSign('forwarded'),
  accepted: () => arrivalSign('accepted'),
  answered: () => arrivalSign('answered'),
  refused: () => arrivalSign('answered', 'refused'),
  dropped: () => arrivalSign('dropped'),
  ignored: () => arrivalSign('ignored'),
  unseen: () => arrivalSign('unseen'),
  'vip-owned': (pen) => badgeSign('owned', pen),
  'vip-hidden': (pen) => badgeSign('hidden', pen),
  'vip-exposed': (pen) => badgeSign('exposed', pen),
} as const satisfies Readonly<Record<string, (pen: Pen) => Shape[]>>;

export type LegendSign = keyof typeof signs;

/** In the order in which they are shown. */
export const legendSigns = Object.keys(signs) as readonly LegendSign[];

/** A sign in a box of the size `SIGN`. What it means is `panel.legend.NAME`. */
export function legendSign(sign: LegendSign, pen: Pen): Shape[] {
  return signs[sign](pen);
}
