import { loadTopology, type LoadedTopology } from '../../../lab/topology/load.ts';

/**
 * The node or segment that a cursor stands on or in.
 * @param text As it is in the editor: since the lab took it, it may have been edited.
 */
export function namesAt(text: string, loaded: LoadedTopology, offset: number, file: string): string[] {
  const { plan } = loaded;
  const names = new Set([...(plan?.nodes ?? []), ...(plan?.segments ?? [])].map(({ name }) => name));
  // A server in a service's list, a segment in a node's `at`, a client in `from`: its own word comes first.
  const word = /[\w.-]+/g;
  for (const match of text.matchAll(word)) {
    if (match.index > offset) break;
    if (match.index + match[0].length >= offset && names.has(match[0])) return [match[0]];
  }
  const places = text === loaded.places.text ? loaded.places : loadTopology(text, file).places;
  return places
    .pathAt(offset)
    .map(String)
    .filter((part, index) => index === 1 && names.has(part));
}
