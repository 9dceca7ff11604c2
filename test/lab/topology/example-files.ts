import { readdirSync, readFileSync } from 'node:fs';

export interface ExampleFile {
  /** Without folders. */
  readonly name: string;
  readonly isLesson: boolean;
  readonly text: string;
}

export function exampleFiles(): ExampleFile[] {
  return [['../../../examples/', false] as const, ['../../../examples/lessons/', true] as const].flatMap(
    ([folder, isLesson]) => {
      const url = new URL(folder, import.meta.url);
      const names = readdirSync(url).filter((name) => name.endsWith('.lblab.yaml'));
      return names.map((name) => ({ name, isLesson, text: readFileSync(new URL(name, url), 'utf8') }));
    },
  );
}
