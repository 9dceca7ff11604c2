import fc from 'fast-check';
import type { LabEvent } from '../../src/lab/events.ts';
import {
  dnatTable,
  drTable,
  natTable,
  Story,
  tunTable,
  whole,
  type PacketName,
  type Step,
  type Table,
} from './oracle.ts';
import { dnatText, drText, natText, planOf, tunText } from './plans.ts';

/** Recordings with losses, doubles, retransmissions, missing captures and late deliveries, with the truth about them. */

const models: readonly { readonly text: string; readonly tables: readonly Table[] }[] = [
  { text: drText, tables: [drTable('rs1', 40001), drTable('rs2', 40002), drTable('rs1', 40003)] },
  { text: tunText, tables: [tunTable('rs1', 40001), tunTable('rs2', 40002), tunTable('rs1', 40003)] },
  {
    text: dnatText,
    tables: [
      dnatTable(true, 'rs1', 40001, 50001),
      dnatTable(true, 'rs2', 40002, 50001),
      dnatTable(true, 'rs1', 40003, 50002),
    ],
  },
  {
    text: natText,
    tables: [natTable('pc1', 50000, 40001), natTable('pc2', 50000, 40002), natTable('pc1', 50001, 40003)],
  },
];

interface Sending {
  /** Which conversation, and which of its packets. */
  readonly talk: number;
  readonly packet: PacketName;
  readonly waitMs: number;
  /** Lost on this leg, when there is one. */
  readonly lostOn: number;
  /** IP id 0, as Linux sends its SYN-ACKs: copies are then the same bytes. */
  readonly zeroId: boolean;
}

const sending: fc.Arbitrary<Sending> = fc.record({
  talk: fc.nat(2),
  packet: fc.constantFrom(...whole),
  waitMs: fc.constantFrom(0, 1, 30, 250, 1100),
  lostOn: fc.constantFrom(-1, -1, -1, -1, 0, 1, 2),
  zeroId: fc.boolean(),
});

export interface Trouble {
  readonly model: number;
  readonly sendings: readonly Sending[];
  /** Indices of captures that are missing, and of arrivals that are there twice. */
  readonly missing: readonly number[];
  readonly twice: readonly number[];
  /** Capture points whose events come late, by this many places. */
  readonly late: readonly number[];
  readonly capture: boolean;
}

export const trouble: fc.Arbitrary<Trouble> = fc.record({
  model: fc.nat(models.length - 1),
  sendings: fc.array(sending, { minLength: 1, maxLength: 25 }),
  missing: fc.array(fc.nat(150), { maxLength: 4 }),
  twice: fc.array(fc.nat(150), { maxLength: 3 }),
  late: fc.array(fc.nat(40), { minLength: 6, maxLength: 6 }),
  capture: fc.boolean(),
});

export interface Told {
  readonly story: Story;
  readonly events: readonly LabEvent[];
  /** By record number, from 1. */
  readonly packetOf: readonly number[];
}

export function tell({ model, sendings, missing, twice, late, capture }: Trouble): Told {
  const { text, tables } = models[model]!;
  const story = new Story(planOf(text));
  // With captures missing or doubled, copies of the very same bytes are one packet to anybody who looks.
  const same = new Map<number, number>();
  const isClean = missing.length + twice.length === 0;
  for (const { talk, packet, waitMs, lostOn, zeroId } of sendings) {
    story.nowNs += waitMs * 1e6;
    const tamper = (step: Step) => {
      step.lost = step.leg === lostOn;
      if (zeroId) step.spoil = (bytes) => bytes.fill(0, step.outer ? 38 : 18, step.outer ? 40 : 20);
    };
    story.talk(tables[talk]!, [packet], tamper, 1000 + talk * 100_000);
    const content = -1 - (talk * whole.length + whole.indexOf(packet));
    if (zeroId && !isClean) same.set(story.packetOf.at(-1)!, content);
  }
  const told: { event: LabEvent; packet: number; place: number }[] = [];
  let frame = 0;
  for (const event of story.events) {
    const place = told.length;
    if (event.kind !== 'frame') {
      if (!capture) told.push({ event, packet: 0, place });
      continue;
    }
    const index = frame++;
    if (missing.includes(index)) continue;
    const packet = same.get(story.packetOf[index]!) ?? story.packetOf[index]!;
    const delay = late[event.node.length % late.length]!;
    told.push({ event, packet, place: place + delay });
    if (twice.includes(index) && event.direction === 'in') {
      told.push({ event: { ...event, timeNs: event.timeNs + 10 }, packet, place: place + delay });
    }
  }
  told.sort((a, b) => a.place - b.place);
  const frames = told.filter(({ event }) => event.kind === 'frame');
  return {
    story,
    events: told.map(({ event }) => event),
    packetOf: [0, ...frames.map(({ packet }) => packet)],
  };
}
