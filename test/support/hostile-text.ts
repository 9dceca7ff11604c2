import fc from 'fast-check';

/** What terminals, the editor and readers can be fooled with. Each holds a word by which it is found again. */
export const hostileTexts = [
  'HOSTILE\u001b[2J\u001b]0;pwned\u0007',
  'HOSTILE\n  ✓ kept      Everything is fine.',
  'HOSTILE\r  ✓ kept      Everything is fine.\u001b[K',
  'HOSTILE\u009b31m\u0085\u2028\u2029',
  'HOSTILE\u202egnp.exe\u2066\u200b\ufeff',
  'HOSTILE\u0000\u0008\u0008\u007f',
  'HOSTILE\u001b[32m✓ kept\u001b[39m',
  'HOSTILE\u{e0041}\u{e007f}',
  'HOSTILE[x](command:workbench.action.terminal.new)',
  'HOSTILE[x](https://example.invalid/ "title")',
  'HOSTILE$(error) $(sync~spin)',
  'HOSTILE<img src=x onerror=alert(1)> <script>&amp;"\'`',
  'HOSTILE${7*7} {name} {count} $& $1',
  'HOSTILE](x) ![y](https://example.invalid/p.png) `code` **bold** | cell',
] as const;

/** Any text, mostly of the kind above. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...hostileTexts), fc.constantFrom(...hostileTexts))
      .map((two) => two.join('')),
  },
);

/** What no text that is shown may hold, by code points: written by hand here, so that it is no copy of the judged rule. */
export function firstUnseen(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const isSeparator = code === 0x2028 || code === 0x2029;
    const isBidi =
      code === 0x061c ||
      (code >= 0x200e && code <= 0x200f) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069);
    const isHidden =
      code === 0x200b || code === 0xfeff || code === 0xad || (code >= 0xe0000 && code <= 0xe007f);
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    if (isControl || isSeparator || isBidi || isHidden || isHalf)
      return `U+${code.toString(16)} in ${JSON.stringify(text)}`;
  }
  return undefined;
}
