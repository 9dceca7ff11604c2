import type { Mistake } from './mistakes.ts';

interface Exception {
  readonly keys: RegExp;
  /** Of the value as JSON. */
  readonly values?: RegExp;
  readonly why: string;
}

/** Mistakes that break something and are not named by their key. As few as can be. */
const exceptions: readonly Exception[] = [
  {
    keys: /^(model|service\.model)$/,
    why: 'Another model is another lab: what it lacks (gateways, the VIP on servers, equal ports) is named one by one.',
  },
  {
    keys: /^nodes\.[\w-]+\.at\.[\w-]+$/,
    values: /^undefined$/,
    why: 'An interface that is not there is no key of the file; the node that lacks a way is named.',
  },
];

export function exceptionFor({ key, value }: Pick<Mistake, 'key' | 'value'>): string | undefined {
  const written = String(JSON.stringify(value));
  return exceptions.find(({ keys, values }) => keys.test(key) && (values?.test(written) ?? true))?.why;
}
