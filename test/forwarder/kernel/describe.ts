import type { Disagreement } from './differential.ts';

const MOST = 240;

/** What a person needs to see where the two parted. */
export function describeDisagreement({
  conversation,
  at,
  given,
  linux,
  forwarder,
  reasons,
}: Disagreement): string {
  const { options, tcpOptions, ...step } = conversation.steps[at]!;
  const cut = (texts: readonly string[]): string =>
    texts
      .map((text) => `\n    ${text.length > MOST ? `${text.slice(0, MOST)}… (${text.length})` : text}`)
      .join('');
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const more = { ...step, options: hex(options), tcpOptions: hex(tcpOptions) };
  return [
    `${conversation.protocol}, step ${at}: ${JSON.stringify(more)}`,
    `  given:${cut(given)}`,
    `  Linux:${cut(linux)}`,
    `  forwarder (${reasons.join() || 'no drop'}):${cut(forwarder)}`,
  ].join('\n');
}
