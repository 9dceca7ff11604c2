import { loadTopology, type LoadedTopology } from '../../../lab/topology/load.ts';
import { makePlan } from '../../../lab/topology/make-plan.ts';
import type { Plan } from '../../../lab/topology/plan.ts';
import { collectFacts, type Facts } from './facts.ts';
import { collectMentions, type Mention } from './mentions.ts';
import { parseSyntax } from './syntax/parse.ts';
import type { SyntaxNode } from './syntax/tree.ts';

/** One version of a file, and what was found out about it so far: every part is made when it is first asked for. */
export class TopologyText {
  readonly text: string;
  /** Without folders. */
  readonly fileName: string;
  #root: { readonly node: SyntaxNode | undefined } | undefined;
  #facts: Facts | undefined;
  #mentions: readonly Mention[] | undefined;
  #loaded: LoadedTopology | undefined;
  #plan: { readonly plan: Plan | undefined } | undefined;

  constructor(text: string, fileName: string) {
    this.text = text;
    this.fileName = fileName;
  }

  /** The shape of the file, also while it is broken. */
  get root(): SyntaxNode | undefined {
    this.#root ??= { node: parseSyntax(this.text) };
    return this.#root.node;
  }

  get facts(): Facts {
    this.#facts ??= collectFacts(this.root);
    return this.#facts;
  }

  /** Where nodes, segments and services are named. */
  get mentions(): readonly Mention[] {
    this.#mentions ??= collectMentions(this.facts);
    return this.#mentions;
  }

  get loaded(): LoadedTopology {
    this.#loaded ??= loadTopology(this.text, this.fileName);
    return this.#loaded;
  }

  /** Also of a file with errors, as long as it has the shape of a topology: of what could be resolved. */
  get plan(): Plan | undefined {
    if (!this.#plan) {
      const { plan, document } = this.loaded;
      this.#plan = { plan: plan ?? (document && makePlan(document)) };
    }
    return this.#plan.plan;
  }
}
