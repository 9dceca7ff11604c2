import type { ForwardingTimes } from '../comparison/forwarding-times.ts';
import type { ModelName, ServiceModel, Tunnelled } from '../models/models.ts';
import type { Confidence, Counters, Explanation, Hop, PromiseVerdict } from '../journey/report.ts';
import type { RequestTotals } from '../journey/request-totals.ts';
import type { LabState } from '../lab/lab-state.ts';
import type { Place } from '../lab/place.ts';
import type { StepField } from './predict.ts';

/**
 * All that the panel and its host say to each other: two closed unions. Everything is plain data that a structured
 * clone keeps (no BigInt, no Node `Buffer`, no view on a part of a buffer). The host holds the recording; the view
 * mirrors one fixed-size record for each row, and asks for the rest when somebody looks at it.
 */

// ── Host to view ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type HostMessage =
  /** First after every `ready`: the view forgets what it had. */
  | {
      readonly type: 'hello';
      /** For `lang` and number formats. */
      readonly locale: string;
      /** `panel.*` of the l10n bundles, in that language. */
      readonly texts: Readonly<Record<string, string>>;
      /** What the view asked to be kept, if anything. */
      readonly view: Readonly<Record<string, unknown>> | undefined;
    }
  /** The lab on show, at its start and after each applied change; `undefined` when there is none. */
  | { readonly type: 'lab'; readonly lab: LabView | undefined }
  | { readonly type: 'state'; readonly state: LabState }
  /** New and changed rows; answered by `ack`. At most two are under way. */
  | RowsMessage
  | {
      readonly type: 'verdicts';
      readonly promises: readonly PromiseVerdict[];
      readonly explanations: readonly Explanation[];
      readonly counters: Counters;
      /** What frames that are named as evidence are called, where it is not their number. */
      readonly frameNames?: Readonly<Record<number, string>>;
      /** Of all that was asked; of these `evicted` are not kept any more. */
      readonly requests: RequestTotals & { readonly evicted: number };
    }
  /** How the file stands to the lab on show; nothing is unsaved or wrong until it is told. */
  | { readonly type: 'file'; readonly file: FileView }
  /** All labs of the window, and whether the panel stays on its own. */
  | { readonly type: 'labs'; readonly labs: readonly LabEntry[]; readonly pinned: boolean }
  /** Changes of the file, oldest first: all of them, each time. */
  | { readonly type: 'changes'; readonly changes: readonly ChangeRow[] }
  /** The editor's cursor is on these nodes or segments: light their lanes. */
  | { readonly type: 'highlight'; readonly names: readonly string[] }
  /** The first-run cards, in order; empty when dismissed or seen. */
  | { readonly type: 'cards'; readonly cards: readonly Card[] }
  /** The lesson on show and how far it is; `undefined` where the file expects nothing. */
  | { readonly type: 'lesson'; readonly lesson: LessonView | undefined }
  | { readonly type: 'reply'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'reply'; readonly id: number; readonly error: string };

/** A lab that the panel can be turned to. */
export interface LabEntry {
  /** What it is known by to the host. */
  readonly uri: string;
  readonly model: ModelName;
  readonly file: string;
  readonly state: LabState['kind'];
  readonly shown: boolean;
}

export interface FileView {
  /** What is in the editor is not saved. */
  readonly unsaved: boolean;
  /** Why what was saved last did not take effect. */
  readonly fault?: {
    /** Ready to show. */
    readonly text: string;
    /** Where in the file, from 1, when it stands somewhere. */
    readonly line?: number;
    /** When the version that the lab runs was taken, in milliseconds since 1970. */
    readonly runsOfMs: number;
  };
}

export interface RowsMessage {
  readonly type: 'rows';
  /** Counts from 1 after each `hello`. */
  readonly sequence: number;
  /** Rows of before are void. */
  readonly reset: boolean;
  /** To be appended to the string table, which begins as `['']` after each `hello`. */
  readonly strings: readonly string[];
  /** Records of `RECORD_BYTES` each, at most `MOST_RECORDS`; exactly as long as they are. */
  readonly records: ArrayBuffer;
  /** Flows that are gone: evicted, or joined into others. Their packets and hops go with them. */
  readonly removedFlows: readonly number[];
  /** Packets that turned out to be part of another one. */
  readonly removedJourneys: readonly number[];
  /** Flows that there are already and that come in later messages. */
  readonly waiting: number;
}

export interface LabView {
  /** The lab's name and the file's, for the title. */
  readonly name: string;
  readonly file: string;
  readonly model: ModelName;
  readonly engine: 'embedded' | 'docker' | 'capture';
  /** ISO time with nine decimals: time 0 of all records. */
  readonly startedAt: string;
  /** A record names a node by its index here, which stays its own; nodes that a change took away stay, `gone`. */
  readonly nodes: readonly LaneView[];
  /** A record names a segment by its index here. */
  readonly segments: readonly SegmentView[];
  readonly services: readonly ServiceView[];
  readonly traffic: readonly { readonly from: string; readonly request: string }[];
  /** Addresses and MACs that have a name, for showing names instead of values. */
  readonly names: readonly AddressName[];
  /** Something is wrong that the reader is to find: promises, explanations and predictions are not told. */
  readonly mystery?: { readonly level: number; readonly seed: number };
  /** What was recorded elsewhere. */
  readonly captures?: CapturesView;
}

/** Of which files a story is told, and what is known of them; ready to show. */
export interface CapturesView {
  /** Files, frames and hosts. */
  readonly summary: string;
  /** What was done to their clocks, what could not be read or placed, and what no capture can show. */
  readonly notes: readonly string[];
  /** No topology was given: what the frames say of the network is shown, and can be written as a draft. */
  readonly isInferred: boolean;
}

export interface LaneView {
  readonly name: string;
  readonly role: 'client' | 'router' | 'director' | 'server';
  /** It carries the model out: a director, or a router that translates. */
  readonly forwards: boolean;
  readonly interfaces: readonly {
    readonly segment: string;
    /** Dotted quad, and colon-separated. */
    readonly address: string;
    readonly prefixLength: number;
    readonly mac: string;
  }[];
  /** VIPs: `owned` by the director's forwarder, `hidden` on a server's `lo`, `exposed` when it answers ARP for it. */
  readonly vips: readonly { readonly address: string; readonly how: 'owned' | 'hidden' | 'exposed' }[];
  readonly state: 'starting' | 'running' | 'paused' | 'stopped' | 'failed';
  /** Its place among the lanes, from 0. */
  readonly position: number;
  readonly gone: boolean;
}

export interface SegmentView {
  readonly name: string;
  readonly subnet: string;
  readonly gone: boolean;
}

export interface ServiceView extends Tunnelled {
  readonly name: string;
  readonly model: ServiceModel;
  readonly vip: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly scheduler: string;
  readonly snat: boolean;
  readonly director: string;
  readonly servers: readonly {
    readonly name: string;
    readonly address: string;
    readonly port: number;
    readonly weight: number;
  }[];
}

export interface AddressName {
  readonly kind: 'ip' | 'mac';
  readonly value: string;
  /** `VIP`, `CIP`, `DIP`, `rs1`, `director`. */
  readonly name: string;
}

/** A change of the file that was applied, or time that was passed over: a row across all lanes. */
export interface ChangeRow {
  /** Names the row; of `idle` ones -1, -2, … */
  readonly epoch: number;
  readonly timeNs: number;
  readonly durationNs: number;
  /** Ready to show: `scheduler rr → sh`, one for each change. */
  readonly texts: readonly string[];
  /** Where in the file, from 1, when one place stands for it. */
  readonly line?: number;
  /** The last flow before it and the first after it, when there are such. */
  readonly before?: number;
  readonly after?: number;
  /**
   * `restarted`: the lab was started again from its file. `by-hand`: an interface was taken off its segment, or put back.
   * `planned`: an event of the file. `idle`: no change, but time that a lab in memory passed over.
   */
  readonly kind: 'applied' | 'restarted' | 'by-hand' | 'planned' | 'idle';
}

/** One step of the first run. */
export interface Card {
  readonly id: 'predict' | 'reply-path' | 'break-it' | 'broken' | 'what-next';
  readonly title: string;
  readonly text: string;
  /** What to tick before the answer is shown. */
  readonly choices: readonly { readonly text: string; readonly right: boolean }[];
  /** Said once the answer is revealed, in place of `text`. */
  readonly after?: string;
  /** Buttons: to reveal the answer or show the row, which the view does, or what the host does. */
  readonly actions: readonly { readonly text: string; readonly kind: 'reveal' | 'show' | CardDeed }[];
  /** The row it speaks of. */
  readonly flow?: number;
  readonly journey?: number;
  readonly hop?: number;
  /** The change of the file that it speaks of, by its epoch: its row comes into view with the card. */
  readonly change?: number;
}

/** What a card offers that only the host can do. */
export type CardDeed = 'edit' | 'undo' | 'tun' | 'lessons' | 'own';

/** A file that says what it means to show, and how far that is by the recording. */
export interface LessonView {
  /** Ready to show. */
  readonly title: string;
  /** What it is about, where no row says it by itself. */
  readonly about?: string;
  /** What to look at, in this order. */
  readonly steps: readonly LessonStep[];
  /** `not-yet` while it runs; `no` when it came out otherwise. */
  readonly shown: 'not-yet' | 'yes' | 'no';
  /** `none`: there is no mistake in it. */
  readonly mended: 'none' | 'not-yet' | 'yes';
  /** Where things stand, ready to show, where that is more than `shown` and `mended` say. */
  readonly verdict?: string;
  /** What to mend, why, and the line of the file, from 1. */
  readonly mend?: { readonly text: string; readonly line?: number };
  /** There is a page about it. */
  readonly page: boolean;
  /** The title of the lesson after it. */
  readonly next?: string;
}

/** A row, and in it the field that matters, by its Wireshark name. */
export interface LessonStep {
  readonly flow: number;
  readonly journey?: number;
  /** From 0. */
  readonly hop?: number;
  readonly field?: string;
}

// ── View to host ─────────────────────────────────────────────────────────────────────────────────────────────────────

export type ViewMessage =
  /** The view's script runs: `hello` and everything else follow, also at each re-show. */
  | { readonly type: 'ready' }
  | { readonly type: 'ack'; readonly sequence: number }
  /** Answered by a `reply` with the same id. */
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  /** Buttons; nothing is answered, what follows comes as state. */
  | { readonly type: 'do'; readonly action: Action }
  /** Show a place in the topology file without taking focus. */
  | { readonly type: 'open'; readonly place: Place }
  /** Kept by the host for the next show: filter, folding, levels. Small JSON. */
  | { readonly type: 'keep'; readonly view: Readonly<Record<string, unknown>> }
  /** Something in the view failed; for the log. */
  | { readonly type: 'failed'; readonly message: string };

export type Action =
  | { readonly kind: 'send-request'; readonly traffic: number }
  | {
      readonly kind:
        | 'start'
        | 'stop'
        | 'restart'
        | 'use-docker'
        | 'new-topology'
        | 'clear'
        | 'remedy'
        | 'compare'
        | 'name-cause'
        /** Of recordings: say who recorded a file, set a host's clock, or choose the topology that they are held against. */
        | 'capture-host'
        | 'capture-clock'
        | 'capture-topology'
        /** Write what was inferred as a topology file. */
        | 'capture-write';
    }
  /** Somebody predicts what forwarders do: what would tell is closed in the editor too; or that is over. */
  | { readonly kind: 'predict'; readonly on: boolean }
  /** Of another lab than the one on show, too. */
  | { readonly kind: 'show-lab' | 'stop-lab'; readonly uri: string }
  /** Whether the panel stays on its lab when the editor shows another one's file. */
  | { readonly kind: 'pin'; readonly pinned: boolean }
  | { readonly kind: 'dismiss-card'; readonly card: Card['id'] }
  | { readonly kind: 'card'; readonly action: CardDeed }
  /** Of the lesson on show: its page, the lesson after it, or its requests once more, from the start. */
  | { readonly kind: 'lesson-page' | 'lesson-next' | 'lesson-again' };

export type Question =
  /** The details of one hop: `hop` counts from 0 in its journey. */
  | { readonly kind: 'hop'; readonly journey: number; readonly hop: number }
  /** What the sender of the hop did to the packet, field by field, and why: the answer to a reader's prediction. */
  | { readonly kind: 'step'; readonly journey: number; readonly hop: number }
  /** What a node can have had in its tables at a moment of the recording. */
  | { readonly kind: 'tables'; readonly node: string; readonly untilNs: number }
  /** The forwarder's table and the NAT table, as they are now. */
  | { readonly kind: 'connections'; readonly node: string }
  /** What a packet costs in the forwarder, model beside model; takes about a second. */
  | { readonly kind: 'forwarding-times' }
  /** Saves what the host makes or the view drew (SVG text, PNG bytes); answers with the file's name, or nothing. */
  | {
      readonly kind: 'export';
      readonly format: ExportFormat;
      /** Only these flows; all when left out. */
      readonly flows?: readonly number[];
      readonly data?: string | ArrayBuffer;
      /** Of a pcapng; it is whole when left out. */
      readonly redact?: RedactionChoice;
    };

/** What of captured frames is left out: payloads, all but the first line of HTTP or all; with `addresses` these are replaced. */
export interface RedactionChoice {
  readonly payload: 'none' | 'first-line';
  readonly addresses: boolean;
}

/** Each is its own file suffix. `html`: a page of its own, with all of the recording; `mmd`: Mermaid. */
export type ExportFormat = 'pcapng' | 'json' | 'svg' | 'png' | 'html' | 'mmd';

export type Answer =
  | { readonly kind: 'hop'; readonly details: HopDetails }
  | { readonly kind: 'step'; readonly fields: readonly StepField[] }
  | { readonly kind: 'tables'; readonly tables: TablesThen }
  | { readonly kind: 'connections'; readonly rows: readonly ConnectionRow[] }
  | { readonly kind: 'forwarding-times'; readonly times: ForwardingTimes }
  | { readonly kind: 'export'; readonly file: string | undefined };

export interface HopDetails {
  readonly hop: Hop;
  readonly confidence: Confidence;
  /** The frame as this hop carried it, and as the hop before did; `undefined` on a first hop, or when evicted. */
  readonly out: FrameDetails | undefined;
  readonly in: FrameDetails | undefined;
  /** What the forwarder decided about the frame that came in; on a first hop about this one. */
  readonly decision?: NonNullable<Hop['arrival']['decision']>;
  /** The line of the topology file that the decision rests on. */
  readonly line?: number;
  /** The connection that this packet made or used, on the node that sent the hop. */
  readonly connection?: ConnectionRow;
}

export interface FrameDetails {
  readonly frame: number;
  /** What it is called, where that is not its number. */
  readonly name?: string;
  readonly timeNs: number;
  readonly originalLength: number;
  readonly bytes: ArrayBuffer;
  /** Fields in the order of the bytes. `offset` and `length` in bytes; `text` is the shown value. */
  readonly layers: readonly {
    readonly protocol: string;
    readonly offset: number;
    readonly length: number;
    readonly fields: readonly {
      readonly name: string;
      readonly text: string;
      readonly offset: number;
      readonly length: number;
    }[];
  }[];
}

/** By the recording: what was in a table before it began, and when an entry ran out, nobody tells. */
export interface TablesThen {
  /** Addresses that ARP frames have told the node, each with the last that did. */
  readonly neighbours: readonly {
    readonly address: string;
    readonly mac: string;
    readonly segment: string;
    readonly timeNs: number;
    readonly frame: number;
  }[];
  /** Connections that its forwarder has used for packets, first and last when, and for how many. */
  readonly connections: readonly {
    readonly id: number;
    readonly client: string;
    readonly service: string;
    /** Empty where the forwarder chooses none. */
    readonly server: string;
    readonly sinceNs: number;
    readonly usedNs: number;
    readonly packets: number;
  }[];
}

export interface ConnectionRow {
  readonly id: number;
  readonly protocol: string;
  readonly client: string;
  readonly service: string;
  /** The address and port towards the server: the director's own in dnat, the outside ones in nat. */
  readonly local: string;
  readonly server: string;
  readonly state: string;
  readonly expiresInMs: number;
}
