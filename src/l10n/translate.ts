import cliEn from '../../l10n/cli.en.json' with { type: 'json' };
import cliZh from '../../l10n/cli.zh-cn.json' with { type: 'json' };
import dockerEn from '../../l10n/docker.en.json' with { type: 'json' };
import dockerZh from '../../l10n/docker.zh-cn.json' with { type: 'json' };
import dockerLabEn from '../../l10n/docker-lab.en.json' with { type: 'json' };
import dockerLabZh from '../../l10n/docker-lab.zh-cn.json' with { type: 'json' };
import extensionEn from '../../l10n/extension.en.json' with { type: 'json' };
import extensionZh from '../../l10n/extension.zh-cn.json' with { type: 'json' };
import journeyEn from '../../l10n/journey.en.json' with { type: 'json' };
import journeyZh from '../../l10n/journey.zh-cn.json' with { type: 'json' };
import languageEn from '../../l10n/language.en.json' with { type: 'json' };
import languageZh from '../../l10n/language.zh-cn.json' with { type: 'json' };
import panelEn from '../../l10n/panel.en.json' with { type: 'json' };
import panelZh from '../../l10n/panel.zh-cn.json' with { type: 'json' };
import topologyEn from '../../l10n/topology.en.json' with { type: 'json' };
import topologyZh from '../../l10n/topology.zh-cn.json' with { type: 'json' };
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

const bundles: Readonly<Record<Locale, Readonly<Record<string, string>>>> = {
  en: {
    ...cliEn,
    ...dockerEn,
    ...dockerLabEn,
    ...extensionEn,
    ...journeyEn,
    ...languageEn,
    ...panelEn,
    ...topologyEn,
  },
  'zh-cn': {
    ...cliZh,
    ...dockerZh,
    ...dockerLabZh,
    ...extensionZh,
    ...journeyZh,
    ...languageZh,
    ...panelZh,
    ...topologyZh,
  },
};

export function makeTranslate(locale: Locale): Translate {
  const texts = { ...bundles.en, ...bundles[locale] };
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
