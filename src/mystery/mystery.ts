import { faults, type Cause, type Fault, type Level } from './faults.ts';
import { mysteryLabs } from './mystery-labs.ts';

/** What a class shares: the same level and seed are the same mystery, everywhere. */
export interface MysteryId {
  readonly level: Level;
  /** A whole number from 0 below 2³². */
  readonly seed: number;
}

/** A sound file, and what is wrong though it does not say so. */
export interface Mystery extends MysteryId {
  /** The file's name, of which the lab has its own. */
  readonly file: string;
  /** Without comments. */
  readonly text: string;
  readonly fault: Fault;
}

export const MOST_SEED = 0xffff_ffff;

export function mysteryOf({ level, seed }: MysteryId): Mystery {
  const possible = faults.filter((fault) => fault.level === level);
  return withFault({ level, seed }, possible[scattered(seed) % possible.length]!);
}

/** The mystery with this fault, whichever the seed would have chosen. */
export function withFault({ level, seed }: MysteryId, fault: Fault): Mystery {
  return { level, seed, file: `mystery-${level}-${seed}.lblab.yaml`, text: mysteryLabs[fault.lab], fault };
}

/** Whether somebody who says that has found it. */
export function isRight({ fault }: Mystery, cause: Cause): boolean {
  return fault.answers.includes(cause);
}

/** Neighbouring seeds are to be different mysteries: the finalizer of MurmurHash3 (public domain). */
function scattered(seed: number): number {
  let mixed = seed >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
