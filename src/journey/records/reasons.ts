import type { DropReason } from '../../forwarder/verdict.ts';

/** Why a frame or a flow ended as it did. Every code has a text, `reason.CODE`, in the l10n bundles. */
export type Reason = (typeof reasons)[number] | DropReason;

/** The forwarder has more, its drop reasons. */
export const reasons = [
  // A host or router as its settings make it.
  'vip-not-local',
  'not-local',
  'reverse-path-filter',
  'no-decapsulator',
  'filtered',
  'not-forwarded',
  'no-arp-reply',
  // What it said.
  'connection-refused',
  'no-such-connection',
  'network-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'prohibited',
  'icmp-error',
  // What the director said, besides dropping.
  'no-service',
  'no-entry',
  // Lost between two nodes.
  'link-loss',
  'interface-down',
  'node-down',
  'over-mtu',
  'no-receiver',
  'not-received',
  // Nothing was captured there.
  'not-captured',
  // It was, and no record shows it; that proves nothing.
  'not-recorded',
  // The client waited no longer; the run was over.
  'client-gave-up',
  // The client was gone before it told how it went; it did not tell.
  'client-gone',
  'client-silent',
  'cut',
  // Resets, by whose they are.
  'reset-by-client',
  'reset-by-server',
  'reset-by-director',
  'reply-from-stranger',
] as const;
