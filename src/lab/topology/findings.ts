/** The names that `expect:` may use for what a run finds. `journey` gives them their meaning and their texts. */

export const outcomeNames = ['answered', 'partial', 'refused', 'lost', 'unsent', 'ambiguous'] as const;

/** What models guarantee; texts in `promise.ID`. */
export const promiseIds = [
  'vip-only',
  'vip-arp',
  'through-director',
  'headers',
  'rewritten',
  'server-sees-dip',
  'server-sees-cip',
  'both-ways',
  'end-to-end',
  'ip-untouched',
  'reply-direct',
  'encapsulated',
  'inner-untouched',
  'one-address',
  'unique-ports',
  'right-host',
] as const;

/** Why a flow failed; texts in `explanation.CODE`. */
export const explanationCodes = [
  'vip-two-answers',
  'vip-not-local',
  'dr-port-map',
  'reverse-path-filter',
  'no-decapsulator',
  'reply-not-rewritten',
  'ports-ambiguous',
  'ports-exhausted',
  'director-down',
  'no-server',
  'no-connection',
  'mtu-exceeded',
  'connection-refused',
  'no-route',
  'table-full',
  'drained-persistence',
  'server-removed',
  'idle-timeout',
  'no-service-on-port',
  'service-port-mismatch',
  'interface-down',
  'node-down',
  'gateway-silent',
  'vip-off-link',
  'nobody-there',
  'filtered',
  'no-forwarding',
  'bad-packet',
  'fragments-lost',
  'ttl-expired',
  'link-loss',
  'slow-link',
] as const;
