import type { ExtensionContext } from 'vscode';
import { editorLanguage } from './editor/editor-language.ts';
import { LbLab } from './lb-lab.ts';
import { nodePlatform } from './editor/node/platform.ts';

let lbLab: LbLab | undefined;

/** Begun as soon as this file is read, which may be seconds before `activate` is called, and that must not wait for it. */
const language = editorLanguage();

/** VS Code calls this once a window has started, or before when a topology file is opened, a view shown or a command run. */
export async function activate(context: ExtensionContext): Promise<void> {
  lbLab = new LbLab(context, await language, nodePlatform);
}

/** Resolves when no lab is left. */
export async function deactivate(): Promise<void> {
  await lbLab?.dispose();
  lbLab = undefined;
}
