/** How it stands with a lab, as it is told to whoever looks at it. */
export type LabState =
  | { readonly kind: 'none'; readonly reason: 'no-file' | 'not-running' }
  /** `text` is ready to show; steps count from 1. */
  | {
      readonly kind: 'starting';
      readonly step: number;
      readonly steps: number;
      readonly text: string;
    }
  /** `notice`: for instance that Docker is there and could be used; ready to show. */
  | { readonly kind: 'running'; readonly notice?: string }
  /** The recording is kept. */
  | { readonly kind: 'stopped' }
  /**
   * `remedy`: what the action of that name does, for a button; empty when nothing is known to help. `canStart`: false where
   * there is nothing to start, as with captures.
   */
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly remedy: string;
      readonly canStart?: boolean;
    };
