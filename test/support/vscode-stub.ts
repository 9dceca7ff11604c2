import { register } from 'node:module';

/** What the editor is to the code under test: whatever a test gives. */
export interface VscodeStub {
  window: Record<string, unknown>;
  workspace: Record<string, unknown>;
  [name: string]: unknown;
}

const NAMES = [
  'window',
  'workspace',
  'commands',
  'env',
  'Uri',
  'ViewColumn',
  'ProgressLocation',
  'FileSystemError',
  'tests',
  'TestRunProfileKind',
  'TestMessage',
  'Range',
  'Position',
  'Location',
];

/** A file's address as far as labs need it. */
export class StubUri {
  readonly path: string;
  private constructor(path: string) {
    this.path = path;
  }
  static parse(text: string): StubUri {
    return new StubUri(text.replace(/^file:\/\//, ''));
  }
  static joinPath(base: StubUri, ...parts: readonly string[]): StubUri {
    return new StubUri([base.path, ...parts].join('/'));
  }
  toString(): string {
    return `file://${this.path}`;
  }
}

/** What a test says of a file: as much of the editor's classes as is read again. */
class StubPosition {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
}

class StubRange {
  readonly start: StubPosition;
  readonly end: StubPosition;
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new StubPosition(startLine, startCharacter);
    this.end = new StubPosition(endLine, endCharacter);
  }
}

class StubLocation {
  readonly uri: StubUri;
  readonly range: StubPosition;
  constructor(uri: StubUri, range: StubPosition) {
    this.uri = uri;
    this.range = range;
  }
}

class StubTestMessage {
  expectedOutput?: string;
  actualOutput?: string;
  location?: StubLocation;
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
  static diff(message: string, expected: string, actual: string): StubTestMessage {
    return Object.assign(new StubTestMessage(message), { expectedOutput: expected, actualOutput: actual });
  }
}

class StubFileSystemError extends Error {
  readonly code = '';
}

export const vscodeStub: VscodeStub = {
  window: {},
  workspace: {},
  commands: {},
  env: {},
  Uri: StubUri,
  ViewColumn: { Beside: -2 },
  ProgressLocation: { Notification: 15 },
  FileSystemError: StubFileSystemError,
  tests: {},
  TestRunProfileKind: { Run: 1 },
  TestMessage: StubTestMessage,
  Range: StubRange,
  Position: StubPosition,
  Location: StubLocation,
};

Object.assign(globalThis, { lbLabVscodeStub: vscodeStub });
const source = `const stub = globalThis.lbLabVscodeStub;\n${NAMES.map((name) => `export const ${name} = stub.${name};`).join('\n')}`;
const stub = `data:text/javascript,${encodeURIComponent(source)}`;
const hooks = `export const resolve = (name, context, next) =>
  name === 'vscode' ? { url: ${JSON.stringify(stub)}, shortCircuit: true } : next(name, context);`;
// The module exists in the editor only: from here on its name leads to the stub. Import what needs it afterwards.
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
