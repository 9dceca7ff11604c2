import type { CommandId } from '../ids.ts';

/** Why something could not be done, in words for people, with the one thing that helps. */
export class LabFailure extends Error {
  readonly remedy: Remedy | undefined;

  /** @param message Ready to show. */
  constructor(message: string, remedy?: Remedy, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabFailure';
    this.remedy = remedy;
  }
}

export interface Remedy {
  /** On the button; ready to show. */
  readonly text: string;
  readonly command: CommandId;
  readonly arguments?: readonly unknown[];
}

/** Somebody asked to leave it: nothing to tell. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}
