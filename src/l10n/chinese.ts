import captures from '../../l10n/captures.zh-cn.json' with { type: 'json' };
import cli from '../../l10n/cli.zh-cn.json' with { type: 'json' };
import comparison from '../../l10n/comparison.zh-cn.json' with { type: 'json' };
import docker from '../../l10n/docker.zh-cn.json' with { type: 'json' };
import dockerLab from '../../l10n/docker-lab.zh-cn.json' with { type: 'json' };
import extension from '../../l10n/extension.zh-cn.json' with { type: 'json' };
import journey from '../../l10n/journey.zh-cn.json' with { type: 'json' };
import language from '../../l10n/language.zh-cn.json' with { type: 'json' };
import models from '../../l10n/models.zh-cn.json' with { type: 'json' };
import mystery from '../../l10n/mystery.zh-cn.json' with { type: 'json' };
import page from '../../l10n/page.zh-cn.json' with { type: 'json' };
import panel from '../../l10n/panel.zh-cn.json' with { type: 'json' };
import simulate from '../../l10n/simulate.zh-cn.json' with { type: 'json' };
import topology from '../../l10n/topology.zh-cn.json' with { type: 'json' };

/** All texts in Simplified Chinese, by key. */
export const texts: Readonly<Record<string, string>> = {
  ...captures,
  ...cli,
  ...comparison,
  ...docker,
  ...dockerLab,
  ...extension,
  ...journey,
  ...language,
  ...models,
  ...mystery,
  ...page,
  ...panel,
  ...simulate,
  ...topology,
};
