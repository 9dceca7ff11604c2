/** The names that `expect:` may use for what a run finds. `journey` gives them their meaning and their texts. */

export const outcomeNames = ['answered', 'refused', 'lost', 'ambiguous'] as const;

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
  'server-drained',
  'no-connection',
  'mtu-exceeded',
  'connection-refused',
  'no-route',
] as const;
