import type { Ipv4 } from '../../packet/address.ts';
import { OWNER, STOPS } from '../../packet/vrrp.ts';

/**
 * One virtual router of one node: the state machine of RFC 9568 section 6.4, with keepalived's gratuitous ARP. It has no
 * clock and sends nothing: a step takes the time and what happened, and gives the next state and what is to be done, in
 * order. Times are milliseconds on one monotonic clock, fractions allowed.
 */

export interface VirtualRouterConfig {
  /** 1 to 255; the same on all routers of a group. */
  readonly id: number;
  /** 1 to 255; 255 owns the addresses. */
  readonly priority: number;
  /** Between two of its own advertisements; a multiple of 10, at most 40,950. */
  readonly interval: number;
  /** Whether it takes over from an active router of a lower priority. An owner does so in any case. */
  readonly preempt: boolean;
  /** What its advertisements are sent from. */
  readonly primary: Ipv4;
  /** What moves with it. */
  readonly addresses: readonly Ipv4[];
  readonly announce: AnnounceConfig;
}

/** Gratuitous ARP, as keepalived has it (`garp_master_repeat`, `garp_master_delay`, `garp_master_refresh`). */
export interface AnnounceConfig {
  /** So many of each address at once, and as many again after the delay. */
  readonly repeat: number;
  /** 0: never again. */
  readonly delay: number;
  /** Once more each time so much has passed, with the next advertisement. 0: never. */
  readonly refresh: number;
}

/** What keepalived does when it is not told (vrrp.h: `VRRP_GARP_REP`, `VRRP_GARP_DELAY`, `VRRP_GARP_REFRESH`). */
export const USUAL_ANNOUNCE: AnnounceConfig = { repeat: 5, delay: 5000, refresh: 0 };

export type VirtualRouterState = {
  /** When each burst of gratuitous ARP is due; it is sent if the addresses are held then, since when does not matter. */
  readonly bursts: readonly number[];
} & (
  | {
      readonly is: 'initialize';
      /** It was started, and its interface is down: keepalived's FAULT. */
      readonly waits: boolean;
    }
  | {
      readonly is: 'backup';
      /** When the active router counts as gone. */
      readonly downAt: number;
      /** Between two advertisements of the active router, as it says itself: RFC 9568 section 6.1. */
      readonly activeInterval: number;
    }
  | {
      readonly is: 'active';
      readonly advertiseAt: number;
      /** From then on an advertisement comes with gratuitous ARP; Infinity for never. */
      readonly refreshAt: number;
    }
);

/** Of another router of the group. */
export interface HeardAdvertisement {
  readonly priority: number;
  readonly interval: number;
  readonly source: Ipv4;
}

export type VirtualRouterInput =
  | { readonly on: 'start' }
  /** On purpose: the others are told. */
  | { readonly on: 'stop' }
  | { readonly on: 'interface-down' }
  | { readonly on: 'interface-up' }
  | { readonly on: 'heard'; readonly heard: HeardAdvertisement }
  /** Something may be due. */
  | { readonly on: 'time' };

export type VirtualRouterAction =
  | { readonly do: 'advertise'; readonly priority: number }
  /** The addresses are this node's from now on. */
  | { readonly do: 'take' }
  | { readonly do: 'release' }
  /** Gratuitous ARP of every address. */
  | { readonly do: 'announce'; readonly times: number };

export interface Step {
  readonly state: VirtualRouterState;
  readonly actions: readonly VirtualRouterAction[];
}

export const INITIAL: VirtualRouterState = { is: 'initialize', waits: false, bursts: [] };

/** Each advertisement that an active router refuses asks for one more; what comes faster than this is a flood. */
const MOST_BURSTS = 1000;

const NOTHING: readonly VirtualRouterAction[] = [];
const RELEASE: VirtualRouterAction = { do: 'release' };

export function step(
  config: VirtualRouterConfig,
  state: VirtualRouterState,
  input: VirtualRouterInput,
  now: number,
): Step {
  switch (input.on) {
    case 'start':
    case 'interface-up':
      if (state.is !== 'initialize' || (input.on === 'interface-up' && !state.waits))
        return { state, actions: NOTHING };
      return begin(config, state, now);
    case 'stop':
      return stop(state);
    case 'interface-down':
      return fail(state);
    case 'heard':
      return hear(config, state, input.heard, now);
    case 'time':
      return pass(config, state, now);
  }
}

/** When `time` is to be given next; Infinity when there is nothing to wait for. */
export function nextDeadline(state: VirtualRouterState): number {
  const own = state.is === 'backup' ? state.downAt : state.is === 'active' ? state.advertiseAt : Infinity;
  return Math.min(own, ...state.bursts);
}

/** The lower the priority, the later: so two that wait do not take over at once. */
export function skew({ priority }: Pick<VirtualRouterConfig, 'priority'>, activeInterval: number): number {
  return ((256 - priority) * activeInterval) / 256;
}

/** How long an active router may be silent. */
export function activeDownInterval(
  config: Pick<VirtualRouterConfig, 'priority'>,
  activeInterval: number,
): number {
  return 3 * activeInterval + skew(config, activeInterval);
}

/** RFC 9568 section 6.4.1. */
function begin(config: VirtualRouterConfig, { bursts }: VirtualRouterState, now: number): Step {
  if (config.priority === OWNER) return takeOver(config, bursts, now);
  return { state: backup(config, config.interval, bursts, now), actions: NOTHING };
}

function backup(
  config: VirtualRouterConfig,
  activeInterval: number,
  bursts: readonly number[],
  now: number,
): VirtualRouterState {
  return { is: 'backup', downAt: now + activeDownInterval(config, activeInterval), activeInterval, bursts };
}

function takeOver(config: VirtualRouterConfig, bursts: readonly number[], now: number): Step {
  const { interval, priority } = config;
  const state: VirtualRouterState = {
    is: 'active',
    advertiseAt: now + interval,
    refreshAt: refreshAfter(config, now),
    bursts: later(config, bursts, now),
  };
  return { state, actions: [{ do: 'advertise', priority }, { do: 'take' }, ...announce(config)] };
}

function refreshAfter({ announce: { refresh } }: VirtualRouterConfig, now: number): number {
  return refresh > 0 ? now + refresh : Infinity;
}

function announce({ announce: { repeat } }: VirtualRouterConfig): VirtualRouterAction[] {
  return repeat > 0 ? [{ do: 'announce', times: repeat }] : [];
}

function later(
  { announce: { repeat, delay } }: VirtualRouterConfig,
  bursts: readonly number[],
  now: number,
): readonly number[] {
  return repeat > 0 && delay > 0 && bursts.length < MOST_BURSTS ? [...bursts, now + delay] : bursts;
}

function stop(state: VirtualRouterState): Step {
  return {
    state: INITIAL,
    actions: state.is === 'active' ? [{ do: 'advertise', priority: STOPS }, RELEASE] : NOTHING,
  };
}

/** Nothing can be said by an interface that is down. */
function fail(state: VirtualRouterState): Step {
  if (state.is === 'initialize') return { state, actions: NOTHING };
  return {
    state: { is: 'initialize', waits: true, bursts: state.bursts },
    actions: state.is === 'active' ? [RELEASE] : NOTHING,
  };
}

function hear(
  config: VirtualRouterConfig,
  state: VirtualRouterState,
  heard: HeardAdvertisement,
  now: number,
): Step {
  switch (state.is) {
    case 'initialize':
      return { state, actions: NOTHING };
    case 'backup':
      return { state: hearAsBackup(config, state, heard, now), actions: NOTHING };
    case 'active':
      return hearAsActive(config, state, heard, now);
  }
}

/** RFC 9568 section 6.4.2. */
function hearAsBackup(
  config: VirtualRouterConfig,
  state: VirtualRouterState & { readonly is: 'backup' },
  heard: HeardAdvertisement,
  now: number,
): VirtualRouterState {
  if (heard.priority === STOPS) return { ...state, downAt: now + skew(config, state.activeInterval) };
  if (config.preempt && heard.priority < config.priority) return state;
  return backup(config, heard.interval, state.bursts, now);
}

/** RFC 9568 section 6.4.3. That the lower one is also answered by gratuitous ARP is keepalived's (`garp_lower_prio_repeat`). */
function hearAsActive(
  config: VirtualRouterConfig,
  state: VirtualRouterState & { readonly is: 'active' },
  heard: HeardAdvertisement,
  now: number,
): Step {
  const { priority, primary, interval } = config;
  const again: VirtualRouterAction = { do: 'advertise', priority };
  if (heard.priority === STOPS) {
    return { state: { ...state, advertiseAt: now + interval }, actions: [again] };
  }
  const isHigher = heard.priority > priority || (heard.priority === priority && heard.source > primary);
  if (isHigher) return { state: backup(config, heard.interval, state.bursts, now), actions: [RELEASE] };
  return {
    state: { ...state, bursts: later(config, state.bursts, now) },
    actions: [again, ...announce(config)],
  };
}

function pass(config: VirtualRouterConfig, state: VirtualRouterState, now: number): Step {
  const bursts = state.bursts.filter((due) => due > now);
  const due = state.bursts.length - bursts.length;
  if (state.is === 'backup' && state.downAt <= now) {
    const taken = takeOver(config, bursts, now);
    return { ...taken, actions: [...taken.actions, ...times(due, config)] };
  }
  if (state.is !== 'active') return { state: due > 0 ? { ...state, bursts } : state, actions: NOTHING };
  if (state.advertiseAt > now) return { state: { ...state, bursts }, actions: times(due, config) };
  const { priority, interval } = config;
  const isRefreshing = state.refreshAt <= now;
  const refreshAt = isRefreshing ? refreshAfter(config, now) : state.refreshAt;
  return {
    state: { ...state, bursts, advertiseAt: now + interval, refreshAt },
    actions: [
      { do: 'advertise', priority },
      ...(isRefreshing ? [{ do: 'announce', times: 1 } as const] : []),
      ...times(due, config),
    ],
  };
}

function times(bursts: number, config: VirtualRouterConfig): VirtualRouterAction[] {
  return Array.from({ length: bursts }, () => announce(config)).flat();
}
