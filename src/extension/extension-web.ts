import type { ExtensionContext } from 'vscode';
import { editorLanguage } from './editor/editor-language.ts';
import { embeddedOnly } from './core/labs/embedded-choice.ts';
import { LbLab } from './lb-lab.ts';

let lbLab: LbLab | undefined;

/** Begun as soon as this file is read. */
const language = editorLanguage();

/** The same in a browser: no Docker, no programs. */
export async function activate(context: ExtensionContext): Promise<void> {
  lbLab = new LbLab(context, await language, ({ translate }) => ({
    isWeb: true,
    engines: embeddedOnly(translate('extension.docker-not-in-browser'), translate),
  }));
}

export async function deactivate(): Promise<void> {
  await lbLab?.dispose();
  lbLab = undefined;
}
