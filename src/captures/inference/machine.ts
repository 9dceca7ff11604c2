import type { Ipv4, Mac } from '../../packet/address.ts';
import type { DraftNode, Remark } from './draft.ts';

/** A node as it is drawn; what nobody saw is filled in at the end. */
export interface Machine {
  readonly name: string;
  role: DraftNode['role'];
  readonly at: { segment: string; address?: Ipv4; mac?: Mac }[];
  gateway?: string;
  nat?: string;
  readonly remarks: Remark[];
}

export const remark = (code: string, params: Remark['params'] = {}): Remark => ({
  key: `captures.draft.${code}`,
  params,
});
