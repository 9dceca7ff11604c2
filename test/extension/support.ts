import { readFileSync } from 'node:fs';
import { makeTranslate } from '../support/translate.ts';
import { EmbeddedEngine } from '../../src/lab/embedded/embedded-engine.ts';
import type { EngineSource } from '../../src/extension/core/labs/lab-engine.ts';
import type { LabRecording } from '../../src/extension/core/labs/lab-recording.ts';
import { TopologyTexts } from '../../src/extension/core/language/topology-texts.ts';
import { Labs } from '../../src/extension/core/labs/labs.ts';
import { LabSession } from '../../src/extension/core/labs/lab-session.ts';
import { readRecording, savedParts } from '../../src/extension/core/labs/saved-recording.ts';

export const translate = makeTranslate('en');
export const limits = { maxFrames: 10_000, maxBytes: 16 << 20 };

export function example(name: string): string {
  return readFileSync(new URL(`../../examples/${name}.lblab.yaml`, import.meta.url), 'utf8');
}

/** As after a reload of the window. */
export function savedAndRead(recording: LabRecording): Promise<LabRecording | undefined> {
  const parts = [...savedParts(recording)].filter((part) => part !== undefined);
  return readRecording(streamOf(parts), limits, translate);
}

export async function* streamOf<Part>(parts: readonly Part[]): AsyncGenerator<Part, void> {
  for (const part of parts) yield await Promise.resolve(part);
}

/** The engine in memory, on a clock that tests move. */
export class ManualSource implements EngineSource {
  readonly name = 'embedded';
  readonly made: EmbeddedEngine[] = [];
  closed = 0;

  make: EngineSource['make'] = (plan, emit, { seed }) => {
    const startedAt = `2026-01-01T00:0${this.made.length}:00.000000000Z`;
    const engine = new EmbeddedEngine(plan, emit, { seed, startedAt });
    this.made.push(engine);
    return Promise.resolve(engine);
  };

  close = (): void => {
    this.closed += 1;
  };

  /** Lets everything happen that was going to. */
  settle(): void {
    this.made.at(-1)!.runUntilSettled(60e9);
  }
}

/** The labs of a window, without one. */
export function labsOf(texts = new TopologyTexts()): Labs {
  return new Labs({ translate, texts: () => Promise.resolve(texts), limits: () => limits });
}

export function sessionOf(text: string, file = 'dr.lblab.yaml', texts = new TopologyTexts()): LabSession {
  return new LabSession({ uri: `file:///lab/${file}`, file, texts, translate, limits: () => limits }, text);
}
