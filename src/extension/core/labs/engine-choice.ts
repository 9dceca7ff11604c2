import type { EngineSource } from './lab-engine.ts';

/** Which engine a lab is to run on, and what there is to say about it. */
export interface ChosenEngine {
  readonly source: EngineSource;
  /** Which engine it is and why, ready to show; absent when it is what was asked for. */
  readonly notice?: string;
  /** What is found out later, for a lab that did not wait for it. */
  readonly later?: Promise<string | undefined>;
}

/** Chooses engines: with Docker where the extension runs on a machine, without where it runs in a browser. */
export interface EngineChoice {
  /** `docker` rejects with a `LabFailure` when it cannot be had; the others never reject. */
  choose(wanted: 'auto' | 'docker' | 'embedded'): Promise<ChosenEngine>;
  /** A Docker lab that another window left, by its id; undefined when it is gone. Rejects with a `LabFailure`. */
  takeUp?(lab: string): Promise<EngineSource | undefined>;
}
