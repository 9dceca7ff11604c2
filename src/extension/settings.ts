import * as vscode from 'vscode';
import type { RecordingLimits } from './labs/lab-recording.ts';

/** What the manifest's `configuration` holds, under `lbLab.`. */
export interface Settings {
  readonly engine: 'auto' | 'docker' | 'embedded';
  readonly 'docker.host': string;
  readonly 'docker.baseImage': string;
  readonly 'docker.mirrors': Readonly<Record<string, string>>;
  readonly 'docker.proxy': string;
  readonly 'docker.noProxy': string;
  readonly 'docker.caFile': string;
  readonly 'docker.buildNetwork': string;
  readonly 'recording.maxFrames': number;
  readonly 'recording.maxMemory': number;
}

export const SECTION = 'lbLab';

/** Read anew each time: the editor keeps the values, and drops those of an untrusted workspace. */
export function setting<Name extends keyof Settings>(name: Name): Settings[Name] {
  // The manifest gives every one of them a default.
  return vscode.workspace.getConfiguration(SECTION).get(name) as Settings[Name];
}

export function recordingLimits(): RecordingLimits {
  return {
    maxFrames: setting('recording.maxFrames'),
    maxBytes: setting('recording.maxMemory') * 1024 * 1024,
  };
}
