import captures from '../../l10n/captures.en.json' with { type: 'json' };
import cli from '../../l10n/cli.en.json' with { type: 'json' };
import comparison from '../../l10n/comparison.en.json' with { type: 'json' };
import docker from '../../l10n/docker.en.json' with { type: 'json' };
import dockerLab from '../../l10n/docker-lab.en.json' with { type: 'json' };
import extension from '../../l10n/extension.en.json' with { type: 'json' };
import journey from '../../l10n/journey.en.json' with { type: 'json' };
import language from '../../l10n/language.en.json' with { type: 'json' };
import models from '../../l10n/models.en.json' with { type: 'json' };
import mystery from '../../l10n/mystery.en.json' with { type: 'json' };
import page from '../../l10n/page.en.json' with { type: 'json' };
import panel from '../../l10n/panel.en.json' with { type: 'json' };
import simulate from '../../l10n/simulate.en.json' with { type: 'json' };
import topology from '../../l10n/topology.en.json' with { type: 'json' };

/** All texts in English, by key. */
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
