import { formatIpv4 } from './address.ts';
import { EMPTY, sameBytes, view } from './bytes.ts';
import { fieldsOf, hexBytes } from './fields.ts';
import type { FieldValue } from './fields.ts';
import type { DecodedFrame, FieldChange, Ipv4Layer, Layer } from './layers.ts';

/**
 * What is different between two sightings of one packet, outermost header first. IPv4 headers are paired innermost
 * with innermost, so an outer header added or removed is one change, `ipip` or, with UDP and GUE, `gue`, and the packet
 * inside is compared with what it was. The Ethernet trailer does not count, nor does what the capture of either of them cut off.
 */
export function diffFrames(before: DecodedFrame, after: DecodedFrame): FieldChange[] {
  const changes: FieldChange[] = [];
  const cut = isCut(before) || isCut(after);
  diffLayers(sort(before.bytes, before.layers), sort(after.bytes, after.layers), cut, changes);
  return changes;
}

/** The layers of a frame, or of a quoted packet, by role. */
interface Sorted {
  readonly bytes: Uint8Array;
  readonly ethernet: Layer | undefined;
  /** Outermost first. */
  readonly ipv4: readonly Ipv4Layer[];
  /** UDP and GUE between IPv4 headers, in turns. */
  readonly between: readonly Layer[];
  /** ARP, TCP, UDP or ICMP. */
  readonly upper: Layer | undefined;
  readonly payload: Layer | undefined;
}

function sort(bytes: Uint8Array, layers: readonly Layer[]): Sorted {
  let ethernet: Layer | undefined;
  let upper: Layer | undefined;
  let payload: Layer | undefined;
  const ipv4: Ipv4Layer[] = [];
  const between: Layer[] = [];
  for (const layer of layers) {
    if (layer.kind === 'ethernet') ethernet = layer;
    else if (layer.kind === 'ipv4') ipv4.push(layer);
    else if (layer.kind === 'payload') payload = layer;
    else if (layer.kind === 'gue') {
      between.push(upper!, layer);
      upper = undefined;
    } else upper = layer;
  }
  return { bytes, ethernet, ipv4, between, upper, payload };
}

function diffLayers(a: Sorted, b: Sorted, cut: boolean, changes: FieldChange[]): void {
  diffLayer(a.ethernet, b.ethernet, changes);
  const [wrappersBefore, wrappersAfter] = [a.ipv4.length, b.ipv4.length];
  if (wrappersBefore !== wrappersAfter && wrappersBefore > 0 && wrappersAfter > 0) {
    const added = wrappersAfter > wrappersBefore;
    const { ipv4, between } = added ? b : a;
    const field = between.length > 0 ? 'gue' : 'ipip';
    const text = tunnelText(ipv4[0]!, between[0]);
    changes.push({ field, before: added ? '' : text, after: added ? text : '' });
  }
  for (let depth = Math.max(wrappersBefore, wrappersAfter); depth > 0; depth--) {
    const [ipBefore, ipAfter] = [a.ipv4[wrappersBefore - depth], b.ipv4[wrappersAfter - depth]];
    const isTunnel =
      wrappersBefore > 0 && wrappersAfter > 0 && (ipBefore === undefined || ipAfter === undefined);
    if (!isTunnel) diffLayer(ipBefore, ipAfter, changes);
  }
  if (a.between.length === b.between.length)
    for (const [index, layer] of a.between.entries()) diffLayer(layer, b.between[index], changes);
  if (!cut || (a.upper !== undefined && b.upper !== undefined)) diffLayer(a.upper, b.upper, changes);
  if (!diffQuotes(a, b, cut, changes)) diffPayload(a, b, cut, changes);
}

function diffLayer(before: Layer | undefined, after: Layer | undefined, changes: FieldChange[]): void {
  if (before !== undefined && after !== undefined && isSameKind(before, after)) {
    for (const field of fieldsOf(before)) {
      const [old, now] = [field.value(before), field.value(after)];
      if (same(old, now)) continue;
      changes.push({ field: field.name, before: field.text(old as never), after: field.text(now as never) });
    }
    return;
  }
  for (const field of before ? fieldsOf(before) : []) {
    changes.push({ field: field.name, before: field.text(field.value(before!) as never), after: '' });
  }
  for (const field of after ? fieldsOf(after) : []) {
    changes.push({ field: field.name, before: '', after: field.text(field.value(after!) as never) });
  }
}

/** Whether they have the same fields. */
function isSameKind(a: Layer, b: Layer): boolean {
  return a.kind === b.kind && (a.kind !== 'vrrp' || b.kind !== 'vrrp' || a.version === b.version);
}

function same(a: FieldValue, b: FieldValue): boolean {
  return typeof a === 'number' || typeof b === 'number' ? a === b : sameBytes(a, b);
}

/**
 * The quotes of two ICMP errors: one change that lists the quoted packet's own changed fields. `false` when there is
 * nothing quoted to compare.
 */
function diffQuotes(a: Sorted, b: Sorted, cut: boolean, changes: FieldChange[]): boolean {
  if (a.upper?.kind !== 'icmp' || b.upper?.kind !== 'icmp') return false;
  if (a.upper.quoted.length === 0 || b.upper.quoted.length === 0) return false;
  const quoted: FieldChange[] = [];
  diffLayers(sort(a.bytes, a.upper.quoted), sort(b.bytes, b.upper.quoted), cut, quoted);
  if (quoted.length > 0) {
    const list = (side: 'before' | 'after'): string =>
      quoted
        .filter((change) => change[side] !== '')
        .map((change) => `${change.field} ${change[side]}`)
        .join(', ');
    changes.push({ field: 'icmp.quoted', before: list('before'), after: list('after') });
  }
  return true;
}

function diffPayload(a: Sorted, b: Sorted, cut: boolean, changes: FieldChange[]): void {
  if (a.payload === undefined && b.payload === undefined) return;
  let before = payloadOf(a);
  let after = payloadOf(b);
  if (cut) {
    const length = Math.min(before.length, after.length);
    before = before.subarray(0, length);
    after = after.subarray(0, length);
  }
  if (!sameBytes(before, after)) {
    changes.push({ field: 'payload', before: hexBytes(before), after: hexBytes(after) });
  }
}

function payloadOf({ bytes, payload }: Sorted): Uint8Array {
  return payload === undefined ? EMPTY : view(bytes, payload.start, payload.end);
}

function tunnelText(outer: Ipv4Layer, port: Layer | undefined): string {
  const [from, to] = port?.kind === 'udp' ? [`:${port.sourcePort}`, `:${port.destinationPort}`] : ['', ''];
  return `${formatIpv4(outer.source)}${from} → ${formatIpv4(outer.destination)}${to}`;
}

function isCut(frame: DecodedFrame): boolean {
  return frame.problem?.problem === 'truncated';
}
