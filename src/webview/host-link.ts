import type { Answer, HostMessage, Question, ViewMessage } from '../panel-protocol/messages.ts';

/** The editor's side, as the webview sees it. */
export interface HostApi {
  postMessage(message: ViewMessage): void;
}

/** Sends messages to the host, and pairs its replies with the questions. */
export class HostLink {
  readonly #api: HostApi;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  #lastId = 0;

  constructor(api: HostApi) {
    this.#api = api;
  }

  send(message: ViewMessage): void {
    this.#api.postMessage(message);
  }

  /** Rejects with the host's message, ready to show. */
  ask<Kind extends Question['kind']>(
    question: Extract<Question, { readonly kind: Kind }>,
  ): Promise<Extract<Answer, { readonly kind: Kind }>> {
    const id = ++this.#lastId;
    const answered = new Promise<Answer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.send({ type: 'ask', id, question });
    return answered as Promise<Extract<Answer, { readonly kind: Kind }>>;
  }

  settle(reply: Extract<HostMessage, { readonly type: 'reply' }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.answer);
  }
}
