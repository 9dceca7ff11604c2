import type { ExtensionContext } from 'vscode';
import { editorLanguage } from './editor/editor-language.ts';
import { LbLab } from './lb-lab.ts';
import { nodePlatform } from './editor/node/platform.ts';

let lbLab: LbLab | undefined;

/** VS Code calls this once a window has started, or before when a topology file is opened, a view shown or a command run. */
export async function activate(context: ExtensionContext): Promise<void> {
  lbLab = new LbLab(context, await editorLanguage(), nodePlatform);
}

/** Resolves when no lab is left. */
export async function deactivate(): Promise<void> {
  await lbLab?.dispose();
  lbLab = undefined;
}
