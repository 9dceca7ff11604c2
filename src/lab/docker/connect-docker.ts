import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import type Docker from 'dockerode';
import type { DockerClient, EngineFacts } from './docker-client.ts';
import { DockerError } from './docker-problem.ts';
import { DockerodeClient } from './dockerode-client.ts';
import type { Endpoint } from './endpoint.ts';
import { toDockerError } from './engine-errors.ts';
import { SshAgent } from './ssh-agent.ts';

/** Docker 20.10. What older engines lack has not been looked at. */
const oldestApi = '1.41';
/** Docker 28. A newer engine is spoken to in this one, so that its later changes change nothing here. */
const newestApi = '1.51';
const firstAnswerMs = 40_000;

/**
 * Connects, asks the engine what it is and agrees on an API version. Rejects with a `DockerError`. The library is loaded
 * only now: a lab in memory does without it.
 */
export async function connectDocker(endpoint: Endpoint): Promise<DockerClient> {
  const agent = shortInDebug(agentFor(endpoint));
  const timer = new AbortController();
  try {
    const { default: Dockerode } = await import('dockerode');
    const open = (api?: string) =>
      withoutDockerHost(() => new Dockerode(dockerOptions(endpoint, agent, api)));
    const version = (await Promise.race([
      open().version(),
      silence(endpoint, timer.signal),
    ])) as VersionAnswer;
    const apiVersion = lowerApi(version.ApiVersion, newestApi);
    if (lowerApi(apiVersion, oldestApi) !== oldestApi) {
      throw new DockerError('too-old', {
        endpoint: endpoint.text,
        version: version.Version,
        api: version.ApiVersion,
      });
    }
    const facts = engineFacts(version, apiVersion, endpoint.text);
    return new DockerodeClient(open(apiVersion), facts, agent);
  } catch (error) {
    agent.destroy();
    throw toDockerError(error, endpoint.text);
  } finally {
    timer.abort();
  }
}

/** With this variable set docker-modem reads certificates by rules of its own, and throws when there are none. */
function withoutDockerHost<T>(make: () => T): T {
  const { DOCKER_HOST } = process.env;
  delete process.env['DOCKER_HOST'];
  try {
    return make();
  } finally {
    if (DOCKER_HOST !== undefined) process.env['DOCKER_HOST'] = DOCKER_HOST;
  }
}

/** Rejects when nothing was heard for long; a host that drops packets says nothing at all. */
async function silence({ text }: Endpoint, signal: AbortSignal): Promise<never> {
  await setTimeout(firstAnswerMs, undefined, { signal });
  throw new DockerError('unreachable', { endpoint: text, message: `${firstAnswerMs / 1000} s` });
}

function agentFor({ transport }: Endpoint): Agent {
  if (transport.kind === 'ssh') return new SshAgent(transport);
  if (transport.kind === 'socket' || !transport.tls) return new Agent({ keepAlive: true });
  const { verify, ...material } = transport.tls;
  return new TlsAgent({ keepAlive: true, rejectUnauthorized: verify, ...material });
}

/**
 * docker-modem spells out the options of every request for its debug log, whether that is on or not: an agent with all its
 * sockets and what they hold would take longer than the request.
 */
function shortInDebug(agent: Agent): Agent {
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
}

/** Everything is given, also as undefined: docker-modem fills what is absent from the environment by rules of its own. */
function dockerOptions(
  { transport }: Endpoint,
  agent: Agent,
  apiVersion: string | undefined,
): Docker.DockerOptions {
  const prefix = transport.kind === 'tcp' ? transport.prefix.slice(1) : '';
  const options = {
    agent,
    // A path in the host's address goes in front of the version.
    version: [prefix, apiVersion && `v${apiVersion}`].filter(Boolean).join('/') || undefined,
    socketPath: transport.kind === 'socket' ? transport.path : undefined,
    host:
      transport.kind === 'socket'
        ? undefined
        : transport.kind === 'tcp'
          ? hostText(transport.host)
          : 'docker',
    port: transport.kind === 'tcp' ? transport.port : undefined,
    protocol: transport.kind === 'tcp' && transport.tls ? 'https' : 'http',
    pathPrefix: '/',
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
  };
  // The types know neither `agent` nor undefined.
  return options as unknown as Docker.DockerOptions;
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** `1.9` is lower than `1.41`. */
function lowerApi(a: string, b: string): string {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB) ? a : b;
}

interface VersionAnswer {
  readonly ApiVersion: string;
  readonly Version: string;
  readonly Os: string;
  readonly Arch: string;
  readonly KernelVersion?: string;
  readonly Platform?: { readonly Name?: string };
  readonly Components?: readonly { readonly Name?: string }[];
}

function engineFacts(answer: VersionAnswer, apiVersion: string, endpoint: string): EngineFacts {
  const podman = answer.Components?.some(({ Name }) => /podman/i.test(Name ?? '')) ?? false;
  return {
    version: answer.Version,
    apiVersion,
    kind: podman ? 'podman' : 'docker',
    platform: answer.Platform?.Name ?? '',
    operatingSystem: answer.Os,
    architecture: answer.Arch,
    kernel: answer.KernelVersion ?? '',
    endpoint,
  };
}
