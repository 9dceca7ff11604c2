import * as vscode from 'vscode';
import type { RecordingLimits } from '../core/labs/lab-recording.ts';

/** What the manifest's `configuration` holds. */
export interface Settings {
  readonly 'lbLab.engine': 'auto' | 'docker' | 'embedded';
  readonly 'lbLab.docker.host': string;
  readonly 'lbLab.docker.forwarderPort': 'packet' | 'cap';
  readonly 'lbLab.docker.baseImage': string;
  readonly 'lbLab.docker.mirrors': Readonly<Record<string, string>>;
  readonly 'lbLab.docker.proxy': string;
  readonly 'lbLab.docker.noProxy': string;
  readonly 'lbLab.docker.caFile': string;
  readonly 'lbLab.docker.buildNetwork': string;
  readonly 'lbLab.recording.maxFrames': number;
  readonly 'lbLab.recording.maxMemory': number;
}

/** Read anew each time: the editor keeps the values, and drops those of an untrusted workspace. */
export function setting<Name extends keyof Settings>(name: Name): Settings[Name] {
  // The manifest gives every one of them a default.
  return vscode.workspace.getConfiguration().get(name) as Settings[Name];
}

export function recordingLimits(): RecordingLimits {
  return {
    maxFrames: setting('lbLab.recording.maxFrames'),
    maxBytes: setting('lbLab.recording.maxMemory') * 1024 * 1024,
  };
}
