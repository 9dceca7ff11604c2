/** What a reader of Predict is asked of a step: what a forwarder does to a packet, header by header. */

export const askedFields = [
  'dst.mac',
  'src.mac',
  'src.ip',
  'dst.ip',
  'src.port',
  'dst.port',
  'ttl',
  'outer',
] as const;
export type AskedField = (typeof askedFields)[number];

/**
 * What can be said of a field: that it stays, or whose value it gets. A TTL gets one `less`; an outer header is put
 * `on` or taken `off`.
 */
export type Guess = 'unchanged' | 'client' | 'router' | 'vip' | 'director' | 'server' | 'less' | 'on' | 'off';

/** What the captured bytes say of one field. */
export interface StepField {
  readonly field: AskedField;
  /** As they are on the wire; empty where the header has no such field. */
  readonly before: string;
  readonly after: string;
  /** Every guess that is right; none when it got the value of nobody who can be named. */
  readonly right: readonly Guess[];
  /** Ready to show: why it is so, in the model's terms; or that it is not as the model says. */
  readonly why: string;
}
