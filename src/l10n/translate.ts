import { visible } from './visible.ts';

/**
 * The text for a key in the chosen language, with `{name}` placeholders filled. The core hands out codes and
 * parameters; they become text here, at the rim. An unknown key is returned as it is, so that nothing is lost. One
 * `{count}` is told in the singular where a text has it, under `KEY.one`. What fills a placeholder may come from anywhere:
 * control characters and their like in it are shown, not obeyed.
 */
export type Translate = (key: string, params?: TextParams) => string;

/** A list stands for lines, one below the other. */
export type TextParams = Readonly<Record<string, string | number | readonly string[]>>;

export type Locale = 'en' | 'zh-cn';

/** Only the language that is asked for is read: the other is as large, and half of all that a short run would load. */
export async function loadTranslate(locale: Locale): Promise<Translate> {
  const { texts } = await (locale === 'zh-cn' ? import('./chinese.ts') : import('./english.ts'));
  return translator(texts);
}

/** @param texts By key. */
export function translator(texts: Readonly<Record<string, string>>): Translate {
  const textOf = (key: string) => (Object.hasOwn(texts, key) ? texts[key] : undefined);
  return (key, params = {}) =>
    ((params['count'] === 1 ? textOf(`${key}.one`) : undefined) ?? textOf(key) ?? visible(key)).replace(
      /\{(\w+)\}/g,
      (whole, name: string) => [params[name] ?? whole].flat().map(shown).join('\n'),
    );
}

function shown(param: string | number): string {
  return visible(String(param));
}

/** `zh`, `zh-CN`, `zh_CN.UTF-8` and their like are Chinese; everything else is English. */
export function localeOf(tag: string | undefined): Locale {
  return /^zh\b|^zh[-_]/i.test(tag ?? '') ? 'zh-cn' : 'en';
}
