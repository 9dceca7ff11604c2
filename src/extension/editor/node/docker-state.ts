import * as vscode from 'vscode';
import { contextKeys } from '../../core/ids.ts';

/** What was found when somebody looked for Docker last. */
export type DockerState = 'missing' | 'noImage' | 'ready';

/** Welcome views say what there is to do about it. */
export function tellDockerState(state: DockerState): void {
  void vscode.commands.executeCommand('setContext', contextKeys.dockerState, state);
}
