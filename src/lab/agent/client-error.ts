import type { RequestEnd } from '../events.ts';

const REFUSED: RequestEnd = { outcome: 'refused' };
const UNREACHABLE: RequestEnd = { outcome: 'unreachable' };
const PORT_IN_USE: RequestEnd = { outcome: 'unsent', reason: 'port-in-use' };

/** It came to no answer, and what the client says of that says nothing of the network. */
export const CLIENT_SILENT: RequestEnd = { outcome: 'untold', reason: 'client-silent' };

/** Errors of a client's socket (errno(3)), by their name and as `strerror` and the clients have them. */
const errors: readonly (readonly [name: string, words: RegExp, end: RequestEnd])[] = [
  ['ECONNREFUSED', /connection refused/i, REFUSED],
  ['ECONNRESET', /connection reset/i, REFUSED],
  ['EPIPE', /broken pipe/i, REFUSED],
  // ICMP protocol unreachable (`icmp_err_convert` in net/ipv4/icmp.c).
  ['ENOPROTOOPT', /protocol not available/i, REFUSED],
  ['ENETUNREACH', /network is unreachable/i, UNREACHABLE],
  ['EHOSTUNREACH', /no route to host|host is unreachable|host unreachable/i, UNREACHABLE],
  ['ETIMEDOUT', /connection timed out/i, { outcome: 'timed-out' }],
  ['EADDRINUSE', /in use/i, PORT_IN_USE],
  // To connect from a port that still belongs to a connection to the same place, or when no port is left.
  ['EADDRNOTAVAIL', /cannot assign requested address/i, PORT_IN_USE],
];

/** What an error means for a request, by its name; `CLIENT_SILENT` when it means nothing that is known. */
export function endByName(name: string | undefined): RequestEnd {
  return errors.find(([one]) => one === name)?.[2] ?? CLIENT_SILENT;
}

/** The same, by what a program wrote. */
export function endByWords(text: string): RequestEnd {
  return errors.find(([, words]) => words.test(text))?.[2] ?? CLIENT_SILENT;
}
