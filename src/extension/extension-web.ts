import type { ExtensionContext } from 'vscode';
import { embeddedOnly } from './core/labs/embedded-choice.ts';
import { LbLab } from './lb-lab.ts';

let lbLab: LbLab | undefined;

/** The same in a browser: no Docker, no programs. */
export function activate(context: ExtensionContext): void {
  lbLab = new LbLab(context, ({ translate }) => ({
    isWeb: true,
    engines: embeddedOnly(translate('extension.docker-not-in-browser'), translate),
  }));
}

export async function deactivate(): Promise<void> {
  await lbLab?.dispose();
  lbLab = undefined;
}
