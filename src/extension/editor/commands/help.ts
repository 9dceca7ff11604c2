import * as vscode from 'vscode';
import { localeOf } from '../../../l10n/translate.ts';
import { helpPages, helpPath, isHelpPage, type HelpPage } from '../../core/help.ts';
import { pick } from '../editor-ui.ts';
import type { Workbench } from '../workbench.ts';

/** `LB Lab: Help`: a page of the documentation, in the editor's language, as Markdown's own preview shows it. */
export async function help({ context, translate }: Workbench, asked: unknown): Promise<void> {
  const items = helpPages.map((page) => ({
    label: translate(`extension.help.${page}`),
    description: translate(`extension.help.${page}.what`),
    page,
  }));
  const page: HelpPage | undefined = isHelpPage(asked)
    ? asked
    : (await pick(items, translate('extension.which-page')))?.page;
  if (!page) return;
  const path = helpPath(page, localeOf(vscode.env.language));
  const uri = vscode.Uri.joinPath(context.extensionUri, ...path.split('/'));
  await vscode.commands.executeCommand('markdown.showPreview', uri);
}
