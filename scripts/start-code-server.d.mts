export interface CodeServerOptions {
  /** The editor that people get today, or the oldest supported one. */
  readonly which?: 'newest' | 'lowest';
  /** User settings, over those that keep the screen calm. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The display language that extensions see, such as `zh-cn`. */
  readonly locale?: string;
  /** Absolute paths of extensions to install. */
  readonly vsix?: readonly string[];
  /** Lets an address ask for development mode. */
  readonly development?: boolean;
  /** Folders are not trusted until somebody says so. */
  readonly restricted?: boolean;
  /** Over this process's environment; the extension host inherits it. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CodeServer {
  /** Of VS Code. */
  readonly version: string;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Temporary: `data` and `extensions` are below it. Gone after `stop`. */
  readonly folder: string;
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

/** Installs the editor when it is not there, starts it and waits until it answers. Throws with its log. */
export function startCodeServer(options?: CodeServerOptions): Promise<CodeServer>;
