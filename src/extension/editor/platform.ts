import type * as vscode from 'vscode';
import type { Log } from './editor-ui.ts';
import type { Translate } from '../../l10n/translate.ts';
import type { EngineChoice } from '../core/labs/engine-choice.ts';
import type { LabSession } from '../core/labs/lab-session.ts';

/** What depends on where the extension runs. */
export interface PlatformParts {
  readonly context: vscode.ExtensionContext;
  readonly translate: Translate;
  readonly log: Log;
}

/** `node/` has one with Docker and programs; a browser has neither. */
export interface Platform {
  readonly isWeb: boolean;
  readonly engines: EngineChoice;
  /** Absent in a browser. */
  readonly docker?: DockerActions;
  /** Opens a file in Wireshark; false where there is none, or the window is not on this machine. */
  openInWireshark?(file: vscode.Uri): Promise<boolean>;
}

export interface DockerActions {
  /** Finds out whether there is Docker, for who is shown nothing but a welcome. Never rejects. */
  look(): Promise<void>;
  /** Builds the node image unless it is there; rejects with a `LabFailure` or `Cancelled`. */
  ensureImage(onStep: (text: string) => void, signal: AbortSignal): Promise<void>;
  /** A shell in a node's container. */
  shell(session: LabSession, node: string): vscode.Pseudoterminal;
  /** Takes away what labs left behind; the names of those that went. */
  cleanUp(): Promise<readonly string[]>;
}
