import {
  encodeJson,
  MessageDecoder,
  PROTOCOL_VERSION,
  type AgentEvent,
  type AgentOperations,
  type CapturedFrame,
  type Message,
  type Operation,
  type ReplyMessage,
} from '../agent-wire/agent-protocol.ts';
import { agentMessage, isReply } from '../agent-wire/agent-shapes.ts';
import type { DockerClient, ProgramStreams } from './docker-client.ts';
import { LabError } from './lab-problem.ts';
import { AGENT_FOLDER } from '../agent-wire/paths.ts';

export interface LinkListener {
  frames(frames: readonly CapturedFrame[]): void;
  event(event: AgentEvent): void;
  /** The stream ended without `close`. */
  lost(): void;
}

/** Why a question got no answer: it was never put, the agent was gone before it answered, or it did not answer in time. */
export class NoAnswer extends Error {
  readonly why: 'not-asked' | 'gone' | 'silent';

  constructor(why: NoAnswer['why'], message: string) {
    super(message);
    this.why = why;
  }
}

interface Waiting {
  readonly op: Operation;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const PATIENCE_MS = 60_000;
const HELLO_MS = 20_000;
const RETRY_MS = 50;
/** How much of what an agent complains of is told. */
const COMPLAINT_LENGTH = 2000;

/** The one stream between the controller and a node's agent. */
export class AgentLink {
  readonly #session: ProgramStreams;
  readonly #listener: LinkListener;
  readonly #decoder = new MessageDecoder();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #complaint = '';
  #state: 'open' | 'closed' = 'open';
  #hello: (version: number) => void = () => undefined;

  private constructor(session: ProgramStreams, listener: LinkListener) {
    this.#session = session;
    this.#listener = listener;
    session.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    session.stderr.on('data', (chunk: Buffer) => {
      if (this.#complaint.length < COMPLAINT_LENGTH) this.#complaint += chunk.toString('utf8');
    });
    session.stdin.on('error', () => this.#end());
    for (const stream of [session.stdout, session.stderr]) stream.on('error', () => this.#end());
    session.stdout.on('end', () => this.#end());
    session.stdout.on('close', () => this.#end());
  }

  /** To an agent that runs, through a process of its container: tries until it says hello. */
  static async open(client: DockerClient, container: string, listener: LinkListener): Promise<AgentLink> {
    const until = Date.now() + HELLO_MS;
    for (;;) {
      const command = ['node', `${AGENT_FOLDER}/agent.cjs`, 'relay'];
      const link = await AgentLink.#greet(await client.exec(container, { command }), listener);
      if (typeof link !== 'string') return link;
      if (Date.now() > until) throw new Error(`the agent does not answer: ${link}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** Over the agent's own standard streams, which its starter has. */
  static async over(streams: ProgramStreams, listener: LinkListener): Promise<AgentLink> {
    const link = await AgentLink.#greet(streams, listener);
    if (typeof link === 'string') throw new Error(`the agent does not answer: ${link}`);
    return link;
  }

  /** Waits for the hello; without one, what was said on the error output. */
  static async #greet(session: ProgramStreams, listener: LinkListener): Promise<AgentLink | string> {
    let greeted = false;
    let settle: (hello: number | undefined) => void = () => undefined;
    const link = new AgentLink(session, {
      frames: (frames) => listener.frames(frames),
      event: (event) => listener.event(event),
      lost: () => (greeted ? listener.lost() : settle(undefined)),
    });
    const version = await new Promise<number | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), HELLO_MS);
      settle = (hello) => {
        clearTimeout(timer);
        resolve(hello);
      };
      link.#hello = (hello) => {
        greeted = true;
        settle(hello);
      };
    });
    if (version === PROTOCOL_VERSION) return link;
    link.close();
    if (version !== undefined)
      throw new LabError('other-version', { version: String(version), own: String(PROTOCOL_VERSION) });
    return link.#complaint.trim();
  }

  /** Rejects with a `NoAnswer`, or an `Error` when the agent says that it cannot, or what nobody can read. */
  ask<Name extends Operation>(
    op: Name,
    body: AgentOperations[Name]['request'],
    patienceMs = PATIENCE_MS,
  ): Promise<AgentOperations[Name]['reply']> {
    if (this.#state === 'closed') return Promise.reject(new NoAnswer('not-asked', 'the node is gone'));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new NoAnswer('silent', `the node does not answer (${op})`));
      }, patienceMs);
      this.#waiting.set(id, { op, resolve: resolve as (result: unknown) => void, reject, timer });
      this.#session.stdin.write(encodeJson({ id, op, body }));
    });
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#rejectAll();
    this.#session.stdin.end();
    this.#session.destroy();
  }

  #read(chunk: Uint8Array): void {
    let messages: Message[];
    try {
      messages = this.#decoder.push(chunk);
    } catch {
      this.#refuse();
      return;
    }
    for (const message of messages) {
      if (this.#state === 'closed') return;
      if (message.type === 'frames') this.#listener.frames(message.frames);
      else this.#heard(message.value);
    }
  }

  #heard(value: unknown): void {
    const said = agentMessage(value);
    if (said === undefined) this.#refuse();
    else if (said === 'unknown') return;
    else if ('event' in said) this.#event(said);
    else this.#reply(said);
  }

  /** What no agent of ours would say: whoever speaks there is not listened to any longer. */
  #refuse(): void {
    this.#session.destroy();
    this.#end();
  }

  #event(event: AgentEvent): void {
    if (event.event === 'hello') this.#hello(event.version);
    else this.#listener.event(event);
  }

  #reply({ id, result, error }: ReplyMessage): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error !== undefined) waiting.reject(new Error(error));
    else if (isReply(waiting.op, result)) waiting.resolve(result);
    else waiting.reject(new Error(`the node's answer cannot be read (${waiting.op})`));
  }

  #end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#rejectAll();
    this.#listener.lost();
  }

  #rejectAll(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new NoAnswer('gone', 'the node is gone'));
    }
    this.#waiting.clear();
  }
}
