import type { ForwardingTimes } from '../comparison/forwarding-times.ts';
import type { Counters, Explanation, PromiseVerdict } from '../journey/report.ts';
import type { RequestTotals } from '../journey/request-totals.ts';
import type {
  Card,
  ChangeRow,
  ConnectionRow,
  FileView,
  HopDetails,
  LabEntry,
  LabView,
  TablesThen,
  LessonView,
} from '../panel-protocol/messages.ts';
import type { LabState } from '../lab/lab-state.ts';
import type { Role } from './ladder/lane-slots.ts';
import type { LaneChoice } from './ladder/lanes.ts';
import type { Cover } from './predict/cover.ts';
import { noPrediction, type Prediction } from './predict/prediction.ts';
import { Folding } from './rows/folding.ts';
import type { Text } from './text.ts';
import { makeText } from './text.ts';
import type { TimeMode } from './time-format.ts';

/** A flow, or one packet of it. */
export interface Subject {
  readonly flow: number;
  readonly journey?: number;
}

/** Two of them side by side; one may be missing before or after a change of the file. */
export interface Comparison {
  readonly title: string;
  /** `before` and `after` a change, or the `first` and `second` that the reader chose. */
  readonly how: 'change' | 'choice';
  readonly subjects: readonly [Subject | undefined, Subject | undefined];
}

/** What a button of the title line has opened. */
export type Menu = 'none' | 'labs' | 'engine' | 'send' | 'more' | 'export' | 'lanes' | 'help';

export type DetailsTab = 'layers' | 'bytes' | 'connection' | 'map';

/** Ready to show and to say. */
export interface Message {
  readonly words: string;
  readonly bad: boolean;
}

/** All that the panel shows, but for the rows, which are in the `RowTable`. */
export interface PanelState {
  readonly text: Text;
  readonly locale: string;
  readonly lab: LabView | undefined;
  readonly labState: LabState;
  readonly changes: readonly ChangeRow[];
  readonly promises: readonly PromiseVerdict[];
  readonly explanations: readonly Explanation[];
  readonly counters: Counters | undefined;
  /** See the message `verdicts`. */
  readonly frameNames: Readonly<Record<number, string>>;
  readonly requests: (RequestTotals & { readonly evicted: number }) | undefined;
  /** That the file is, if it is one. */
  readonly lesson: LessonView | undefined;
  readonly cards: readonly Card[];
  /** Ticked answers of the card on show, and whether it was solved. */
  readonly cardAnswers: ReadonlySet<number>;
  readonly cardSolved: boolean;
  readonly highlighted: readonly string[];
  readonly file: FileView;
  readonly labs: readonly LabEntry[];
  /** The panel stays on its lab whatever the editor shows. */
  readonly pinned: boolean;

  readonly folding: Folding;
  readonly selected: string | undefined;
  readonly filter: string;
  /** The filter's line is there although nothing is filtered. */
  readonly filterOpen: boolean;
  readonly follow: boolean;
  readonly paused: boolean;
  readonly values: boolean;
  readonly timeMode: TimeMode;
  readonly lanes: LaneChoice;
  /** Roles all of whose lanes are to be there, though there is no room for them. */
  readonly unfoldedLanes: readonly Role[];
  /** Shows rows as a list even where there is room for the ladder. */
  readonly asList: boolean;

  readonly details: HopDetails | undefined;
  readonly detailsOpen: boolean;
  readonly detailsTab: DetailsTab;
  /** A field under the pointer or cursor, by its place in the bytes. */
  readonly field: { readonly offset: number; readonly length: number } | undefined;
  readonly connections: readonly ConnectionRow[];
  readonly connectionsOf: string;
  readonly modelOpen: boolean;
  /** What is known of a capture's files, hosts and clocks. */
  readonly captureOpen: boolean;
  /** What a packet costs, once somebody asked. */
  readonly forwardingTimes: ForwardingTimes | 'measuring' | undefined;
  /** The part of the time that the strip shows, in nanoseconds; all when undefined. */
  readonly zoom: readonly [fromNs: number, toNs: number] | undefined;
  readonly compared: Comparison | undefined;
  /** Waits for another to be compared with. */
  readonly marked: Subject | undefined;
  /** While Predict is on: what of the forwarders' doing may be seen already. */
  readonly cover: Cover | undefined;
  /** When the recording began that `cover` speaks of: another one is covered anew. */
  readonly coverOf: string;
  readonly prediction: Prediction;
  /** The map stands beside the ladder where there is room, shows the packet's way alone, moves the packet on by itself. */
  readonly mapOpen: boolean;
  readonly mapZoom: boolean;
  /** The tables under the map, and of which frame those are that came. */
  readonly tablesOpen: boolean;
  readonly tables: (TablesThen & { readonly key: string }) | undefined;
  readonly playing: boolean;
  readonly menu: Menu;
  /** What came of what was asked for, until it is closed. */
  readonly message: Message | undefined;
}

export const firstState: PanelState = {
  text: makeText({}),
  locale: 'en',
  lab: undefined,
  labState: { kind: 'none', reason: 'not-running' },
  changes: [],
  promises: [],
  explanations: [],
  counters: undefined,
  frameNames: {},
  requests: undefined,
  lesson: undefined,
  cards: [],
  cardAnswers: new Set(),
  cardSolved: false,
  highlighted: [],
  file: { unsaved: false },
  labs: [],
  pinned: false,
  folding: new Folding(1),
  selected: undefined,
  filter: '',
  filterOpen: false,
  follow: false,
  paused: false,
  values: false,
  timeMode: 'delta',
  lanes: { order: [], hidden: [] },
  unfoldedLanes: [],
  asList: false,
  details: undefined,
  detailsOpen: false,
  detailsTab: 'layers',
  field: undefined,
  connections: [],
  connectionsOf: '',
  modelOpen: false,
  captureOpen: false,
  forwardingTimes: undefined,
  zoom: undefined,
  compared: undefined,
  marked: undefined,
  cover: undefined,
  coverOf: '',
  prediction: noPrediction,
  mapOpen: true,
  mapZoom: false,
  tablesOpen: false,
  tables: undefined,
  playing: false,
  menu: 'none',
  message: undefined,
};
