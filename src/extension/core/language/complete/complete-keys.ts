import { describeSetting } from '../../../../lab/topology/settings.ts';
import { settingText } from '../setting-text.ts';
import type { Completion } from './completion.ts';
import { nodeOfSlot, type CompletionRequest } from './request.ts';

/** The keys of a map that are not there yet: those it needs first, then those that do something on a node of its role. */
export function completeKeys(request: CompletionRequest): Completion[] {
  const { slot, setting, translate } = request;
  const present = new Set(
    slot.part === 'key'
      ? slot.map?.pairs.filter((pair) => pair !== slot.pair).map(({ key }) => key.text)
      : [],
  );
  const role = slot.path.length === 2 ? nodeOfSlot(request)?.role : undefined;
  const rank = (key: string) => {
    if (setting.requiredKeys.includes(key)) return 0;
    const only = usefulFor[key];
    return role === undefined || slot.path[0] !== 'nodes' || !only || only.includes(role) ? 1 : 2;
  };
  return setting.keys
    .filter((key) => !present.has(key) && !present.has(rivals[key] ?? ''))
    .sort((a, b) => rank(a) - rank(b))
    .flatMap((key): Completion[] => {
      const below = describeSetting([...slot.path, key]);
      if (!below) return [];
      const isRequired = setting.requiredKeys.includes(key);
      return [
        {
          label: key,
          kind: 'key',
          ...(slot.hasColon ? { insert: key } : opening(key, below.types, slot.inFlow)),
          ...(isRequired && { detail: translate('language.required') }),
          documentation: settingText(below, translate),
        },
      ];
    });
}

/** A key and what its value begins with. */
function opening(
  key: string,
  types: readonly string[],
  inFlow: boolean,
): Pick<Completion, 'insert' | 'isSnippet' | 'again'> {
  if (key === 'traffic' && !inFlow) return { insert: `${key}:\n  - { $0 }`, isSnippet: true, again: true };
  if (types.includes('array') && !types.includes('string') && !types.includes('integer'))
    return { insert: `${key}: [$0]`, isSnippet: true, again: true };
  if (!types.includes('object')) return { insert: `${key}: `, again: true };
  const isShort = inFlow || key === 'at' || key === 'routes';
  return { insert: isShort ? `${key}: { $0 }` : `${key}:\n  $0`, isSnippet: true, again: true };
}

/** One file has one of the two. */
const rivals: Readonly<Record<string, string>> = { service: 'services', services: 'service' };

/** Settings that do nothing on nodes of other roles: `check-useless.ts` warns of them. */
const usefulFor: Readonly<Record<string, readonly string[]>> = {
  nat: ['router'],
  translatePorts: ['router'],
  ports: ['router', 'director'],
  noEntry: ['director'],
  onRemove: ['director'],
  connReuseMode: ['director'],
  expireQuiescentTemplate: ['director'],
  sloppyTcp: ['director'],
  decrementTtl: ['router', 'director'],
  maxConnections: ['router', 'director'],
  timeouts: ['router', 'director'],
  clampMss: ['router', 'director'],
  hideVip: ['server'],
  holdVip: ['server'],
  decapsulate: ['server'],
  listen: ['server'],
};
