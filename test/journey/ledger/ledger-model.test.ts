import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Ledger } from '../../../src/journey/ledger/ledger.ts';
import type { FlowRecord } from '../../../src/journey/records/flow-record.ts';
import type { RequestEnd, RequestEvent } from '../../../src/lab/events.ts';
import { asked, ended, flowOf, type Asked } from './books.ts';

/** What is known of a request when nothing is remembered but the events themselves. */
interface Known {
  readonly event: RequestEvent;
  port: number | undefined;
  end: RequestEnd['outcome'] | undefined;
  endNs: number;
  readonly flows: Set<FlowRecord>;
}

/** The books, kept by looking through everything each time. */
class PlainBooks {
  readonly all: Known[] = [];
  readonly carried = new Map<FlowRecord, readonly Known[]>();
  readonly changed = new Set<Known>();
  readonly orphans = new Set<Known>();
  /** Numbers of those that were taken out. */
  readonly gone: number[] = [];

  ask(event: RequestEvent): void {
    const known = {
      ...{ event, port: event.sourcePort, end: undefined, endNs: Infinity },
      flows: new Set<FlowRecord>(),
    };
    this.all.push(known);
    this.changed.add(known);
  }

  end(known: Known, outcome: RequestEnd['outcome'], timeNs: number, port: number): void {
    known.end = outcome;
    known.endNs = timeNs;
    known.port ??= port === 0 ? undefined : port;
    this.changed.add(known);
  }

  look(flow: FlowRecord): readonly Known[] {
    this.forget(flow);
    const own = this.#pick(flow, flow.sourcePort);
    const carried = own.length > 0 ? own : this.#pick(flow, undefined);
    for (const known of carried) {
      known.flows.add(flow);
      this.changed.add(known);
    }
    this.carried.set(flow, carried);
    return carried;
  }

  forget(flow: FlowRecord): void {
    for (const known of this.carried.get(flow) ?? []) {
      known.flows.delete(flow);
      this.changed.add(known);
    }
    this.carried.delete(flow);
  }

  evict(flow: FlowRecord): void {
    const carried = this.carried.get(flow) ?? [];
    this.forget(flow);
    for (const known of carried.filter(({ flows }) => flows.size === 0))
      if (known.end === undefined) this.orphans.add(known);
      else this.#takeOut(known);
  }

  limit(): void {
    for (const known of this.orphans)
      if (known.flows.size > 0) this.orphans.delete(known);
      else if (known.end !== undefined) this.#takeOut(known);
  }

  #takeOut(known: Known): void {
    for (const one of [this.orphans, this.changed]) one.delete(known);
    this.all.splice(this.all.indexOf(known), 1);
    this.gone.push(known.event.id);
  }

  #pick(flow: FlowRecord, port: number | undefined): readonly Known[] {
    const sent = flow.journeys.filter(({ direction }) => direction === 'request');
    const found = this.all.filter(
      (one) =>
        one.port === port &&
        one.end !== 'unsent' &&
        one.event.protocol === flow.kind &&
        one.event.entry.port === flow.service.port &&
        flow.startNs <= one.endNs &&
        (flow.kind === 'tcp' ? flow.startNs : flow.endNs) >= one.event.timeNs,
    );
    const loads = found.filter(({ event }) => event.entry.load);
    if (loads.length > 0) return loads;
    if (flow.kind === 'tcp') return found.filter(({ flows }) => flows.size === 0).slice(-1);
    return found.filter(({ event, endNs }) =>
      sent.some(({ first: { timeNs } }) => timeNs >= event.timeNs && timeNs <= endNs),
    );
  }
}

const which = fc.nat(20);
const asking: fc.Arbitrary<Required<Asked>> = fc.record({
  protocol: fc.constantFrom('tcp', 'udp'),
  sourcePort: fc.constantFrom(0, 1, 2),
  port: fc.constantFrom(80, 80, 80, 81),
  load: fc.constantFrom(false, false, false, false, true),
});
const outcomes = fc.constantFrom('answered', 'timed-out', 'partial', 'unsent', 'cut');
const step = fc.oneof(
  fc.tuple(fc.constant('ask'), asking),
  fc.tuple(fc.constant('end'), which, outcomes, fc.constantFrom(0, 1, 2)),
  fc.tuple(fc.constant('open'), asking, fc.boolean()),
  fc.tuple(fc.constant('send'), which, fc.boolean()),
  fc.tuple(fc.constantFrom('forget', 'evict'), which),
  fc.tuple(fc.constantFrom('limit', 'sweep', 'repeat', 'take', 'take', 'restart')),
);

describe('the ledger, whatever is asked, sent and forgotten', () => {
  it('says what looking through everything says', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const [ledger, plain] = [new Ledger(), new PlainBooks()];
        const events: RequestEvent[] = [];
        let flows: FlowRecord[] = [];
        let nowNs = 0;
        const tell = (event: RequestEvent) => {
          events.push(event);
          ledger.add(event);
        };
        const look = (flow: FlowRecord) => {
          flow.requests = ledger.look(flow);
          const ids = flow.requests.map((record) => record.asked.id);
          assert.deepEqual(
            ids,
            plain.look(flow).map(({ event }) => event.id),
          );
        };
        const take = () => {
          const changed = [...plain.changed].map(({ event }) => event.id).sort((a, b) => a - b);
          assert.deepEqual(
            ledger.takeChanged().map((record) => record.asked.id),
            changed,
          );
          plain.changed.clear();
          assert.deepEqual(ledger.takeRemoved(), plain.gone.splice(0));
        };
        const close = (index: number, how: 'forget' | 'evict') => {
          const flow = flows[index % flows.length];
          if (flow === undefined) return;
          flows = flows.filter((one) => one !== flow);
          if (how === 'evict') ledger.evict(flow, false);
          else ledger.forget(flow);
          flow.gone = true;
          plain[how](flow);
          assert.deepEqual(flow.requests, []);
        };
        for (const one of steps) {
          nowNs += 10;
          switch (one[0]) {
            case 'ask': {
              const event = asked(events.length + 1, nowNs, one[1]);
              tell(event);
              plain.ask(event);
              break;
            }
            case 'end': {
              const open = plain.all.filter(({ end }) => end === undefined);
              const known = open[one[1] % open.length];
              if (known === undefined) break;
              tell(ended(known.event, nowNs, one[2], known.port ?? (one[3] || undefined)));
              plain.end(known, one[2], nowNs, one[3]);
              break;
            }
            case 'open': {
              const { protocol, sourcePort, port } = one[1];
              const flow = flowOf(protocol, [nowNs], { sourcePort: sourcePort || 3, port });
              flows.push(flow);
              if (one[2]) look(flow);
              break;
            }
            case 'send': {
              const flow = flows[one[1] % flows.length];
              if (flow === undefined) break;
              const [more] = flowOf('udp', [nowNs]).journeys;
              more!.direction = one[2] ? 'request' : 'reply';
              flow.journeys.push(more!);
              flow.endNs = nowNs;
              look(flow);
              break;
            }
            case 'forget':
            case 'evict':
              close(one[1], one[0]);
              break;
            case 'limit':
              ledger.limit(1000, false);
              plain.limit();
              break;
            case 'repeat':
              // An event that comes again tells nothing.
              for (const event of events) ledger.add(event);
              break;
            case 'take':
              take();
              break;
            case 'sweep':
              ledger.sweep();
              break;
            case 'restart':
              ledger.restart();
              for (const flow of flows) {
                flow.requests = [];
                plain.forget(flow);
              }
              for (const flow of flows) look(flow);
          }
        }
        for (const flow of [...flows]) look(flow);
        const left = [...ledger.records];
        assert.deepEqual(
          left.map(({ asked: { id }, flows: own, sourcePort, end, endNs }) => [
            id,
            own,
            sourcePort,
            end?.outcome,
            endNs,
          ]),
          plain.all.map(({ event: { id }, flows: own, port, end, endNs }) => [id, own, port, end, endNs]),
        );
        const ids = (records: Iterable<{ readonly asked: RequestEvent }>) =>
          [...records].map((record) => record.asked.id);
        assert.deepEqual(
          ids(ledger.loads),
          plain.all.filter(({ event }) => event.entry.load).map(({ event }) => event.id),
        );
        const gaveUp = plain.all.filter(({ end }) => end === 'timed-out' || end === 'partial');
        assert.deepEqual(
          ids(ledger.gaveUp),
          gaveUp.map(({ event }) => event.id),
        );
        // And once more: what was taken is not told again.
        for (let time = 0; time < 2; time++) take();
      }),
      { numRuns: 250 },
    );
  });
});
