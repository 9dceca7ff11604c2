/** A row of the ladder: what it stands for, and where. Rows are made anew from the records, which stay where they are. */
export type Row = RowPlace &
  (
    | { readonly kind: 'flow'; readonly flow: number }
    /** ARP flows that follow each other, in one row; `flow` is the last of them. */
    | { readonly kind: 'arp'; readonly flow: number; readonly flows: readonly number[] }
    | { readonly kind: 'packet'; readonly flow: number; readonly journey: number }
    | { readonly kind: 'hop'; readonly flow: number; readonly journey: number; readonly hop: number }
    | { readonly kind: 'change'; readonly epoch: number }
  );

interface RowPlace {
  /** The same from list to list. */
  readonly key: string;
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly height: number;
  /** `undefined` for rows that do not fold. */
  readonly open: boolean | undefined;
  /** How deep it lies, from 1. */
  readonly level: number;
}

export const flowKey = (flow: number): string => `f${flow}`;
/** By the first of them. */
export const arpKey = (flow: number): string => `a${flow}`;
export const packetKey = (journey: number): string => `j${journey}`;
export const hopKey = (journey: number, hop: number): string => `h${journey}.${hop}`;
export const changeKey = (epoch: number): string => `c${epoch}`;
