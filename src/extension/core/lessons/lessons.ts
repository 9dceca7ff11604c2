/** The lessons that come with the lab, in the order in which they are taken: as in docs/lessons/README.md. */
export const lessonNames = [
  'nat-same-port',
  'dnat-reply-not-rewritten',
  'bandwidth',
  'bandwidth-dnat',
  'load',
  'director-down',
  'takeover',
  'announcement-lost',
  'split-brain',
  'gateway-stays',
  'check',
  'vip-not-hidden',
  'vip-missing',
  'dr-across-router',
  'dr-port-map',
  'reverse-path-filter',
  'no-decapsulator',
  'gue-no-decapsulator',
  'tunnel-mtu',
  'tunnel-mtu-filtered',
  'client-address-hidden',
  'port-pool-exhausted',
  'drained-server',
  'hash-reshuffle',
] as const;

export type LessonName = (typeof lessonNames)[number];

/** Which lesson a file was made from, by its name: `vip-missing-2.lblab.yaml` is the second copy of `vip-missing`. */
export function lessonOf(file: string): LessonName | undefined {
  const name = file.replace(/(-\d+)?\.lblab\.ya?ml$/, '');
  return lessonNames.find((lesson) => lesson === name);
}

/** The lesson after this one; undefined after the last. */
export function nextLesson(name: LessonName): LessonName | undefined {
  return lessonNames[lessonNames.indexOf(name) + 1];
}
