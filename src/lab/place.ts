/** A place in a topology file, as it is named in what is shown. */
export type Place =
  | { readonly kind: 'node' | 'segment' | 'service'; readonly name: string }
  /** A setting's path, such as `nodes.rs1.hideVip`. */
  | { readonly kind: 'setting'; readonly path: string }
  | { readonly kind: 'line'; readonly line: number };
