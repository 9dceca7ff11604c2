import type { Role } from './lane-slots.ts';

/** What a picture is made of: plain data, painted to a canvas on the screen and to SVG for files and tests. */
export type Shape =
  | {
      readonly kind: 'line';
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly ink: Ink;
      readonly width: number;
      readonly dash?: Dash;
    }
  | {
      readonly kind: 'polygon';
      /** x and y in turn. */
      readonly points: readonly number[];
      readonly closed: boolean;
      readonly fill?: Ink;
      readonly stroke?: Ink;
      readonly width?: number;
    }
  | {
      readonly kind: 'circle';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly fill?: Ink;
      readonly stroke?: Ink;
    }
  | {
      readonly kind: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius?: number;
      readonly fill?: Ink;
      readonly stroke?: Ink;
      readonly dash?: Dash;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Middle of the line. */
      readonly y: number;
      readonly text: string;
      readonly ink: Ink;
      readonly face: Face;
      readonly align?: 'start' | 'middle' | 'end';
      /** Keeps lines behind it clear of the letters. */
      readonly halo?: boolean;
    }
  /** An outline on a 16 by 16 grid, its corner at x and y. */
  | {
      readonly kind: 'icon';
      readonly x: number;
      readonly y: number;
      readonly path: string;
      readonly ink: Ink;
    };

/** Colours by what they mean; a theme gives each its value. */
export type Ink =
  | 'background'
  | 'raised'
  | 'foreground'
  | 'muted'
  | 'lane'
  | 'rule'
  | 'request'
  | 'reply'
  | 'signature'
  | 'chip'
  | 'good'
  | 'bad'
  | 'warn'
  | 'link'
  | 'hover'
  | 'selection'
  | 'focus'
  | 'highlight';

export type Face = 'ui' | 'strong' | 'small' | 'smallStrong' | 'mono' | 'monoSmall';
export type Dash = 'dashed' | 'dotted' | 'dashdot';

export const dashes: Readonly<Record<Dash, readonly number[]>> = {
  dashed: [6, 4],
  dotted: [2, 3],
  dashdot: [8, 3, 2, 3],
};

/** Pixels that a text takes. */
export type Measure = (text: string, face: Face) => number;

/** A place that does something. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Shown on hover. */
  readonly title?: string;
  readonly action?: HitAction;
}

export type HitAction =
  | { readonly kind: 'toggle'; readonly key: string }
  | { readonly kind: 'compare'; readonly epoch: number }
  /** Unfolds the lanes of a role, or folds them again. */
  | { readonly kind: 'lanes'; readonly role: Role }
  | { readonly kind: 'open-line'; readonly line: number };

export interface Picture {
  readonly shapes: Shape[];
  readonly hits: Hit[];
}

/** The text, or as much of it as fits with an ellipsis. */
export function fit(text: string, face: Face, width: number, measure: Measure): string {
  if (measure(text, face) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(`${text.slice(0, middle)}…`, face) <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '…' : `${text.slice(0, low).trimEnd()}…`;
}
