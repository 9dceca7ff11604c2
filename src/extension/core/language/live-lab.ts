import type { NodeEvent } from '../../../lab/events.ts';

/** What the running labs tell the editor of topology files. Whoever runs labs implements it. */
export interface LiveLab {
  /** The lab that runs from a document; `uri` is the document's, as text. Undefined when none does. */
  of(uri: string): LiveState | undefined;
  /** Called when anything that `of` tells has changed; `uri` as above. Not more than a few times a second. */
  onDidChange(listener: (uri: string) => void): { dispose(): unknown };
}

/** One lab, read at the moment of the call. */
export interface LiveState {
  /** How many flows are kept of what was recorded. */
  readonly flowCount: number;
  /** The file as it was when the lab took it last. */
  readonly text: string;
  nodeState(node: string): NodeEvent['state'] | undefined;
  /** The server's share of the connections that the service has opened so far, 0 to 1; undefined before the first. */
  serverShare(service: string, server: string): number | undefined;
}
