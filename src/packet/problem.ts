import type { PacketProblem, PacketProblemCode } from './layers.ts';

export function isProblem(value: object | undefined): value is PacketProblem {
  return value !== undefined && 'problem' in value && 'where' in value;
}

export function packetProblem(problem: PacketProblemCode, where: string, at: number): PacketProblem {
  return { problem, where, at };
}
