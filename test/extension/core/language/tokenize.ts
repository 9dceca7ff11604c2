import { readFileSync } from 'node:fs';

interface Rule {
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly name?: string;
  readonly include?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly Rule[];
}

export interface Grammar extends Rule {
  readonly scopeName: string;
  readonly repository: Readonly<Record<string, Rule>>;
}

export const grammar = JSON.parse(
  readFileSync(new URL('../../../../media/lblab.tmLanguage.json', import.meta.url), 'utf8'),
) as Grammar;

/** Every rule that has a pattern of its own, includes followed; a name that leads nowhere throws. */
export function rulesOf(rules: readonly Rule[]): Rule[] {
  return rules.flatMap((rule) => {
    if (rule.match !== undefined || rule.begin !== undefined) return [rule];
    if (rule.include === undefined) return rulesOf(rule.patterns ?? []);
    const target = grammar.repository[rule.include.slice(1)];
    if (!target) throw new Error(`${rule.include} is not in the grammar`);
    return rulesOf([target]);
  });
}

/**
 * What an editor's tokenizer makes of one line, as far as this grammar goes: at each place the pattern that matches
 * first, and of several there the one that is listed first. Text and scope; what no pattern takes is left out.
 */
export function tokenize(line: string): [text: string, scope: string][] {
  const rules = rulesOf(grammar.patterns ?? []);
  const tokens: [string, string][] = [];
  for (let at = 0; at < line.length;) {
    let best: { rule: Rule; match: RegExpExecArray } | undefined;
    for (const rule of rules) {
      const pattern = new RegExp(rule.match ?? `${rule.begin}(?:[^"'\\\\]|\\\\.)*?(?:${rule.end})`, 'dg');
      pattern.lastIndex = at;
      const match = pattern.exec(line);
      if (match && match[0] !== '' && (!best || match.index < best.match.index)) best = { rule, match };
    }
    if (!best) break;
    const { rule, match } = best;
    if (rule.captures)
      for (const [group, { name }] of Object.entries(rule.captures)) {
        const text = match[Number(group)];
        if (text !== undefined) tokens.push([text, name]);
      }
    if (rule.name !== undefined) tokens.push([match[0], rule.name]);
    at = match.index + match[0].length;
  }
  return tokens.map(([text, scope]) => [text, scope.replace(/\.lblab$/, '')]);
}
