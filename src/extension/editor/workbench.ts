import type * as vscode from 'vscode';
import type { Log } from './editor-ui.ts';
import type { Locale, Translate } from '../../l10n/translate.ts';
import type { ComparisonView } from './comparison-view.ts';
import type { FirstRun } from './first-run.ts';
import type { LabRunner } from './lab-runner.ts';
import type { Labs } from '../core/labs/labs.ts';
import type { TopologyTexts } from '../core/language/topology-texts.ts';
import type { Mysteries } from '../core/mystery/mysteries.ts';
import type { Messages } from './messages.ts';
import type { PanelHost } from './panel-host.ts';
import type { Platform } from './platform.ts';
import type { TopologyFiles } from './topology-files.ts';

/** What commands work with; `LbLab` owns all of it. */
export interface Workbench {
  readonly context: vscode.ExtensionContext;
  readonly translate: Translate;
  readonly locale: Locale;
  readonly log: Log;
  readonly labs: Labs;
  readonly mysteries: Mysteries;
  /** Loads what reads topologies. */
  readonly texts: () => Promise<TopologyTexts>;
  readonly files: TopologyFiles;
  readonly messages: Messages;
  readonly runner: LabRunner;
  readonly panel: PanelHost;
  readonly comparison: ComparisonView;
  readonly platform: Platform;
  readonly firstRun: () => FirstRun;
}
