import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DockerProblem, DockerProblemCode } from './docker-problem.ts';

/** Where the container engine answers. */
export interface Endpoint {
  /** As `docker context ls` shows it. */
  readonly text: string;
  readonly source: EndpointSource;
  readonly transport: Transport;
}

/** What decided; `context` names the one that did. */
export type EndpointSource =
  | { readonly kind: 'DOCKER_HOST' }
  | { readonly kind: 'context'; readonly context: string; readonly from: 'DOCKER_CONTEXT' | 'config' }
  | { readonly kind: 'default' };

export type Transport = SocketTransport | TcpTransport | SshTransport;

/** A Unix socket or a Windows named pipe. */
export interface SocketTransport {
  readonly kind: 'socket';
  readonly path: string;
}

export interface TcpTransport {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  /** In front of every request's path; empty mostly. */
  readonly prefix: string;
  readonly tls?: TlsMaterial;
}

/** PEM texts, not paths. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

export interface SshTransport {
  readonly kind: 'ssh';
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  /** The engine's socket over there, when it is not the default one. */
  readonly socket?: string;
}

/** What the search looks at; tests give a made-up machine. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly windows: boolean;
  /** Throws when there is no such file. */
  readonly readText: (path: string) => string;
}

export type EndpointResult = { readonly endpoint: Endpoint } | { readonly problem: DockerProblem };

/**
 * Finds the engine as the docker CLI does: `DOCKER_HOST`, then `DOCKER_CONTEXT`, then the current context of the CLI's
 * configuration, then the default socket. Opens no connection.
 */
export function resolveEndpoint(surroundings: Surroundings = thisMachine()): EndpointResult {
  try {
    return { endpoint: find(surroundings) };
  } catch (error) {
    if (error instanceof Unusable) return { problem: error.problem };
    throw error;
  }
}

export function thisMachine(): Surroundings {
  return {
    environment: process.env,
    home: homedir(),
    windows: process.platform === 'win32',
    readText: (path) => readFileSync(path, 'utf8'),
  };
}

class Unusable extends Error {
  readonly problem: DockerProblem;

  constructor(code: DockerProblemCode, params: Record<string, string>) {
    super(code);
    this.problem = { code, params };
  }
}

function find(surroundings: Surroundings): Endpoint {
  const { DOCKER_HOST, DOCKER_CONTEXT } = surroundings.environment;
  if (DOCKER_HOST) {
    return fromHost(DOCKER_HOST, { kind: 'DOCKER_HOST' }, surroundings, environmentTls(surroundings));
  }
  const context = DOCKER_CONTEXT || currentContext(surroundings);
  if (context && context !== 'default') {
    return fromContext(context, DOCKER_CONTEXT ? 'DOCKER_CONTEXT' : 'config', surroundings);
  }
  return fromHost('', { kind: 'default' }, surroundings, undefined);
}

function configFolder({ environment, home }: Surroundings): string {
  return environment['DOCKER_CONFIG'] || join(home, '.docker');
}

/** A configuration that cannot be read counts as none: the CLI warns and goes on, too. */
function currentContext(surroundings: Surroundings): string | undefined {
  try {
    const config: unknown = JSON.parse(
      surroundings.readText(join(configFolder(surroundings), 'config.json')),
    );
    const name = isRecord(config) ? config['currentContext'] : undefined;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** The CLI's context store: folders are named by the SHA-256 of the context's name. */
function fromContext(name: string, from: 'DOCKER_CONTEXT' | 'config', surroundings: Surroundings): Endpoint {
  const folder = join(configFolder(surroundings), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'meta', id, 'meta.json');
  const text = readOptional(file, surroundings);
  if (text === undefined) throw new Unusable('context-missing', { context: name });
  let meta: unknown;
  try {
    meta = JSON.parse(text);
  } catch {
    throw new Unusable('context-unreadable', { context: name, file });
  }
  const endpoints = isRecord(meta) ? meta['Endpoints'] : undefined;
  const docker = isRecord(endpoints) ? endpoints['docker'] : undefined;
  const host = isRecord(docker) ? docker['Host'] : undefined;
  if (!isRecord(docker) || typeof host !== 'string')
    throw new Unusable('context-no-docker', { context: name });
  const tls = readTls(join(folder, 'tls', id, 'docker'), docker['SkipTLSVerify'] !== true, surroundings);
  const secured = tls.ca !== undefined || tls.cert !== undefined || !tls.verify;
  return fromHost(host, { kind: 'context', context: name, from }, surroundings, secured ? tls : undefined);
}

/** `DOCKER_TLS_VERIFY` and `DOCKER_TLS` count when they are not empty, whatever they say. */
function environmentTls(surroundings: Surroundings): TlsMaterial | undefined {
  const { DOCKER_TLS_VERIFY, DOCKER_TLS, DOCKER_CERT_PATH } = surroundings.environment;
  if (!DOCKER_TLS_VERIFY && !DOCKER_TLS) return undefined;
  const folder = DOCKER_CERT_PATH || configFolder(surroundings);
  const tls = readTls(folder, Boolean(DOCKER_TLS_VERIFY), surroundings);
  if (tls.verify && tls.ca === undefined) throw new Unusable('tls-files', { file: join(folder, 'ca.pem') });
  return tls;
}

function readTls(folder: string, verify: boolean, surroundings: Surroundings): TlsMaterial {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) =>
    readOptional(join(folder, name), surroundings),
  );
  if ((cert === undefined) !== (key === undefined)) {
    throw new Unusable('tls-files', { file: join(folder, cert === undefined ? 'cert.pem' : 'key.pem') });
  }
  return {
    verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}

function fromHost(
  host: string,
  source: EndpointSource,
  surroundings: Surroundings,
  tls: TlsMaterial | undefined,
): Endpoint {
  const text =
    host.trim() || (surroundings.windows ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock');
  return { text, source, transport: parseHost(text, tls) };
}

function parseHost(text: string, tls: TlsMaterial | undefined): Transport {
  // A password must not reach a message.
  const bad = () => new Unusable('bad-host', { host: text.replace(/(:\/\/[^/@]*:)[^/@]*@/, '$1***@') });
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'unix':
      return { kind: 'socket', path: rest || '/var/run/docker.sock' };
    case 'npipe':
      return { kind: 'socket', path: (rest || '//./pipe/docker_engine').replaceAll('/', '\\') };
    case 'tcp':
    case 'http':
    case 'https': {
      const url = parseUrl(`tcp://${rest}`);
      if (!url?.hostname || url.username || url.search || url.hash) throw bad();
      return {
        kind: 'tcp',
        host: withoutBrackets(url.hostname),
        port: url.port ? Number(url.port) : tls ? 2376 : 2375,
        prefix: url.pathname.replace(/\/+$/, ''),
        ...(tls ? { tls } : scheme === 'https' ? { tls: { verify: true } } : {}),
      };
    }
    case 'ssh': {
      const url = parseUrl(text);
      // A password in the address would show in process lists; the CLI refuses it as well.
      if (!url?.hostname || url.password || url.search || url.hash) throw bad();
      return {
        kind: 'ssh',
        host: withoutBrackets(url.hostname),
        ...(url.username ? { user: decodeURIComponent(url.username) } : {}),
        ...(url.port ? { port: Number(url.port) } : {}),
        ...(url.pathname.length > 1 ? { socket: decodeURIComponent(url.pathname) } : {}),
      };
    }
    default:
      throw bad();
  }
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function readOptional(path: string, { readText }: Surroundings): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
