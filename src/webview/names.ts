import { formatIpv4, type Ipv4 } from '../packet/address.ts';
import { BROADCAST } from '../panel-protocol/records.ts';
import type { LabView, LaneView } from '../panel-protocol/messages.ts';

/** What nodes, addresses and MACs are called: by name, or by value when the reader wants values. */
export class Names {
  readonly #lab: LabView | undefined;
  readonly #values: boolean;
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #all: ReadonlyMap<string, string>;

  constructor(lab: LabView | undefined, values: boolean) {
    this.#lab = lab;
    this.#values = values;
    const named = lab?.names.filter(({ kind }) => kind === 'ip') ?? [];
    this.#addresses = new Map(named.map(({ value, name }) => [value, name]));
    this.#all = new Map(lab?.names.map(({ value, name }) => [value, name]));
  }

  /** The name of an address or MAC as text, whatever the reader wants to see elsewhere. */
  of(value: string): string | undefined {
    return this.#all.get(value);
  }

  /** An address or a MAC as text, by its name when the reader wants names; other text stays. */
  value(value: string): string {
    return this.#values ? value : (this.#all.get(value) ?? value);
  }

  get lanes(): readonly LaneView[] {
    return this.#lab?.nodes ?? [];
  }

  node(index: number): string {
    if (index === BROADCAST) return '*';
    return this.#lab?.nodes[index]?.name ?? '?';
  }

  segment(index: number): string {
    return this.#lab?.segments[index]?.name ?? '?';
  }

  address(address: Ipv4): string {
    const text = formatIpv4(address);
    return this.#values ? text : (this.#addresses.get(text) ?? text);
  }

  endpoint(address: Ipv4, port: number): string {
    return port ? `${this.address(address)}:${port}` : this.address(address);
  }

  /** The MAC of a node on a segment; nodes have one on each. */
  mac(node: number, segment: number): string {
    if (!this.#values || node === BROADCAST)
      return node === BROADCAST ? 'ff:ff:ff:ff:ff:ff' : this.node(node);
    const name = this.segment(segment);
    return this.#lab?.nodes[node]?.interfaces.find((port) => port.segment === name)?.mac ?? this.node(node);
  }
}
