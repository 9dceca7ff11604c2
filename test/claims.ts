import type { VariantName } from '../src/models/models.ts';
import type { explanationCodes, promiseIds } from '../src/lab/topology/findings.ts';
import type { ProblemCode } from '../src/lab/topology/problem-codes.ts';

/** Where a claim can be seen, each with the check of `claims.test.ts` that it is so there. */
export type Place =
  /** A run of the example keeps the promise. */
  | { readonly example: string; readonly keeps: (typeof promiseIds)[number] }
  /** A run of the lesson shows what it means to show, this among it. */
  | { readonly lesson: string; readonly breaks: (typeof promiseIds)[number] }
  | { readonly lesson: string; readonly explains: (typeof explanationCodes)[number] }
  /** `check` finds it in the lesson. */
  | { readonly lesson: string; readonly finds: ProblemCode }
  /** The card of the model says it. */
  | { readonly card: VariantName; readonly says: 'layer' | 'touches' | 'kin' }
  | { readonly card: VariantName; readonly drawback: string }
  | { readonly card: VariantName; readonly needs: string }
  /** Its time per packet can be measured, against DR. */
  | { readonly measures: VariantName }
  /** *Compare Models* shows, of a request to the example: whether its reply passes the director, and what it adds. */
  | { readonly compares: string; readonly as: VariantName; readonly replyBy: 'director' | 'around' }
  | { readonly compares: string; readonly as: VariantName; readonly changed: readonly string[] }
  | { readonly compares: string; readonly as: VariantName; readonly serverSees: 'client' | 'director' };

export interface Claim {
  readonly id: string;
  readonly says: string;
  readonly seen: readonly Place[];
}

/** What is said of the models where this began, claim by claim; each must be something that a person can see. */
export const claims: readonly Claim[] = [
  {
    id: '0',
    says: 'clients know one address of the service, and only that',
    seen: [
      { example: 'dnat', keeps: 'vip-only' },
      { example: 'dr', keeps: 'vip-only' },
      { example: 'tun', keeps: 'vip-only' },
    ],
  },
  {
    id: 'NAT 1',
    says: 'hosts inside that ask the same site show it one address',
    seen: [{ example: 'nat', keeps: 'one-address' }],
  },
  {
    id: 'NAT 2',
    says: 'with addresses alone, replies to two of them could not be told apart',
    seen: [{ lesson: 'nat-same-port', explains: 'ports-ambiguous' }],
  },
  {
    id: 'NAT 3',
    says: 'a table of ports leads each reply back to its host',
    seen: [
      { example: 'nat', keeps: 'right-host' },
      { card: 'nat', says: 'touches' },
    ],
  },
  {
    id: 'NAT 4',
    says: 'no two flows under way share a port',
    seen: [
      { example: 'nat', keeps: 'unique-ports' },
      { lesson: 'nat-same-port', breaks: 'unique-ports' },
      { lesson: 'port-pool-exhausted', explains: 'ports-exhausted' },
    ],
  },
  {
    id: 'D-NAT 1',
    says: 'the director shows clients the VIP',
    seen: [{ example: 'dnat', keeps: 'vip-only' }],
  },
  {
    id: 'D-NAT 2',
    says: 'both addresses are rewritten, there and back',
    seen: [
      { example: 'dnat', keeps: 'rewritten' },
      { example: 'dnat', keeps: 'both-ways' },
      { compares: 'dnat', as: 'dnat', changed: ['ip.src', 'ip.dst', 'tcp.dstport'] },
    ],
  },
  {
    id: 'D-NAT 3',
    says: 'with the destination rewritten alone, the server may answer from an address the client never asked',
    seen: [
      { lesson: 'dnat-reply-not-rewritten', explains: 'reply-not-rewritten' },
      { card: 'dnat-plain', drawback: 'one-way-back' },
    ],
  },
  {
    id: 'D-NAT 4',
    says: 'all bandwidth passes the director',
    seen: [
      { compares: 'dr', as: 'dnat', replyBy: 'director' },
      { card: 'dnat', drawback: 'all-bandwidth' },
    ],
  },
  {
    id: 'D-NAT 5',
    says: 'rewriting costs time',
    seen: [{ measures: 'dnat' }, { card: 'dnat', drawback: 'rewriting' }],
  },
  {
    id: 'D-NAT 6',
    says: 'the director is a single point of failure',
    seen: [
      { lesson: 'director-down', explains: 'director-down' },
      { card: 'dnat', drawback: 'one-director' },
    ],
  },
  // Beside a proxy it can be seen that this is none: proxies come later.
  { id: 'D-NAT 7', says: 'the handshake is the client’s with the server, unlike a proxy’s', seen: [] },
  { id: 'D-NAT 8', says: 'it works at layer 4', seen: [{ card: 'dnat', says: 'layer' }] },
  {
    id: 'DR 1',
    says: 'replies go straight to the client',
    seen: [
      { example: 'dr', keeps: 'reply-direct' },
      { compares: 'dr', as: 'dr', replyBy: 'around' },
    ],
  },
  {
    id: 'DR 2',
    says: 'a client takes no reply from the server’s own address',
    seen: [
      { lesson: 'dnat-reply-not-rewritten', explains: 'reply-not-rewritten' },
      { lesson: 'vip-missing', explains: 'vip-not-local' },
    ],
  },
  {
    id: 'DR 3',
    says: 'every server has the VIP, and hides it',
    seen: [
      { example: 'dr', keeps: 'vip-arp' },
      { lesson: 'vip-not-hidden', explains: 'vip-two-answers' },
      { lesson: 'vip-missing', explains: 'vip-not-local' },
      { card: 'dr', needs: 'vip-on-lo' },
    ],
  },
  {
    id: 'DR 4',
    says: 'the packet stays, the frame is new',
    seen: [
      { example: 'dr', keeps: 'ip-untouched' },
      { compares: 'dr', as: 'dr', changed: ['eth.dst', 'eth.src'] },
    ],
  },
  {
    id: 'DR 5',
    says: 'director and servers share a network',
    seen: [
      { lesson: 'dr-across-router', finds: 'dr-across-router' },
      { card: 'dr', needs: 'shared-segment' },
    ],
  },
  { id: 'DR 6', says: 'it works at layer 2', seen: [{ card: 'dr', says: 'layer' }] },
  {
    id: 'TUN 1',
    says: 'a tunnel reaches servers on other networks',
    seen: [
      { compares: 'lessons/dr-across-router', as: 'tun', replyBy: 'around' },
      { example: 'tun', keeps: 'encapsulated' },
    ],
  },
  {
    id: 'TUN 2',
    says: 'on the way only the outer packet counts',
    seen: [
      { example: 'tun', keeps: 'encapsulated' },
      { compares: 'tun', as: 'tun', changed: ['ipip'] },
    ],
  },
  {
    id: 'TUN 3',
    says: 'the server unwraps it, finds the client’s packet, and answers the client',
    seen: [
      { example: 'tun', keeps: 'inner-untouched' },
      { example: 'tun', keeps: 'reply-direct' },
      { compares: 'tun', as: 'tun', serverSees: 'client' },
    ],
  },
  { id: 'TUN 4', says: 'a VPN is the same idea', seen: [{ card: 'tun', says: 'kin' }] },
];
