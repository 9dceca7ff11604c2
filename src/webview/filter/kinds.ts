/** What is asked for most often: one press, and a word of the filter like any other. */
export const kinds = {
  all: '',
  requests: '-proto:arp',
  arp: 'proto:arp',
  failed: 'failed',
  unexpected: 'unexpected',
} as const;

export type Kind = keyof typeof kinds;

/** Which of them a filter's text asks for. */
export function kindOf(text: string): Kind {
  const words = text.toLowerCase().split(/\s+/);
  const found = Object.entries(kinds).find(([, word]) => word !== '' && words.includes(word));
  return (found?.[0] as Kind | undefined) ?? 'all';
}

/** The same text asking for this kind, whatever kind it asked for before. */
export function withKind(text: string, kind: Kind): string {
  const all: readonly string[] = Object.values(kinds);
  const others = text.split(/\s+/).filter((word) => word !== '' && !all.includes(word.toLowerCase()));
  return [...others, kinds[kind]].filter(Boolean).join(' ');
}
