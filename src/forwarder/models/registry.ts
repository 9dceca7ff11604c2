import type { ModelName } from '../../models/models.ts';
import { Dnat } from './dnat.ts';
import { dr } from './dr.ts';
import type { Model } from './model.ts';
import { Nat } from './nat.ts';
import { Tun } from './tun.ts';

/** What a model may depend on in its service's configuration. */
export interface ModelOptions {
  readonly snat: boolean;
}

/** How each model is made. One object serves all servers that share model and options. */
const MODELS: Readonly<Record<ModelName, (options: ModelOptions) => Model>> = {
  nat: () => new Nat(),
  dnat: ({ snat }) => new Dnat(snat),
  dr: () => dr,
  tun: () => new Tun(),
};

export function makeModel(name: ModelName, options: ModelOptions): Model {
  return MODELS[name](options);
}
