import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForwarderConfig } from '../src/forwarder/config.ts';
import type { PortName } from '../src/forwarder/ports/network-port.ts';
import { parseIpv4, parseMac } from '../src/packet/address.ts';
import { median } from './median.ts';

/**
 * Frames of 64 bytes through the forwarder's own process (dr, 64 connections) over veth pairs in network namespaces of
 * its own, for both ports, against a forwarder in C with recvmmsg and sendmmsg in the same run, in turns. Flooded as fast
 * as one generator can: frames forwarded a second; the ratio is the median of each round's own, for other work on the
 * machine slows whole rounds. At 80,000 a second: what is lost. On an idle machine: the time from one frame in to the
 * same frame out, and the processor time of a port that has nothing to do.
 */
export async function run(print: (line: string) => void): Promise<void> {
  const rig = makeRig();
  try {
    print(`forwarding: 64-byte frames, medians of ${ROUNDS} rounds in turns, ${SECONDS} s each`);
    const results = new Map<SubjectName, Result[]>(SUBJECTS.map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++)
      for (const name of SUBJECTS) results.get(name)!.push(await measure(rig, name, round === 0));
    print(
      'forwarder   kpps flooded   ratio to C   loss at 80 kpps (median, worst)   delay µs (median, p99)   CPU idle',
    );
    for (const name of SUBJECTS) {
      const own = results.get(name)!;
      const middle = (of: (result: Result) => number) => median(own.map(of));
      const ratio = median(own.map(({ rate }, round) => rate / results.get('c')![round]!.rate));
      print(
        [
          name.padEnd(10),
          (middle(({ rate }) => rate) / 1000).toFixed(1).padStart(13),
          ratio.toFixed(2).padStart(12),
          `${percent(middle(({ lost }) => lost))}, ${percent(Math.max(...own.map(({ lost }) => lost)))}`.padStart(
            33,
          ),
          `${middle(({ delay }) => delay).toFixed(0)}, ${middle(({ tail }) => tail).toFixed(0)}`.padStart(24),
          percent(own[0]!.idle).padStart(10),
        ].join(' '),
      );
    }
  } finally {
    rig.close();
  }
}

const ROUNDS = 7;
const SECONDS = 1;
const PACE = 80_000;
const DELAYS = 300;
const SUBJECTS = ['c', 'packet', 'cap'] as const;
type SubjectName = (typeof SUBJECTS)[number];

interface Result {
  /** Frames a second. */
  readonly rate: number;
  /** Share. */
  readonly lost: number;
  /** Microseconds: the median, and the 99th percentile. */
  readonly delay: number;
  readonly tail: number;
  /** Share of a processor. */
  readonly idle: number;
}

async function measure(rig: Rig, name: SubjectName, withIdle: boolean): Promise<Result> {
  const subject = await start(rig, name);
  try {
    const idle = withIdle ? await idleTime(subject) : 0;
    // Until the code is compiled.
    await flow(rig, PACE, 0.5);
    const [delay, tail] = (await outside(rig, 'delay', 'client', 'server', String(DELAYS)))
      .split(' ')
      .map(Number) as [number, number];
    const flood = await flow(rig, 0, SECONDS);
    const paced = await flow(rig, PACE, SECONDS);
    return {
      rate: flood.forwarded / flood.seconds,
      lost: (paced.sent - paced.forwarded) / paced.sent,
      delay,
      tail,
      idle,
    };
  } finally {
    await subject.stop();
  }
}

interface Rig {
  readonly director: string;
  readonly outside: string;
  readonly peer: string;
  close(): void;
}

/** The director's namespace has `in` and `out`; the other ends, `client` and `server`, are in the outside one. */
function makeRig(): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
  const peer = join(folder, 'peer');
  const source = fileURLToPath(new URL('../bench/forwarding-peer.c', import.meta.url));
  must('cc', ['-O2', '-o', peer, source]);
  const [director, outside] = ['d', 'o'].map((end) => `lb-bench-${process.pid}-${end}`) as [string, string];
  const rig = {
    director,
    outside,
    peer,
    close: () => {
      for (const name of [director, outside]) spawnSync('ip', ['netns', 'del', name]);
      rmSync(folder, { recursive: true });
    },
  };
  try {
    for (const name of [director, outside]) must('ip', ['netns', 'add', name]);
    for (const [own, other] of [
      ['in', 'client'],
      ['out', 'server'],
    ] as const) {
      must('ip', [
        ...['-n', director, 'link', 'add', own, 'type', 'veth', 'peer', 'name', other, 'netns', outside],
      ]);
      for (const [name, device] of [
        [director, own],
        [outside, other],
      ] as const) {
        inside(name, 'sysctl', ['-qw', `net.ipv6.conf.${device}.disable_ipv6=1`]);
        inside(name, 'ethtool', ['-K', device, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off']);
        must('ip', ['-n', name, 'link', 'set', device, 'up']);
      }
    }
    return rig;
  } catch (error) {
    rig.close();
    throw error;
  }
}

interface Subject {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

async function start(rig: Rig, name: SubjectName): Promise<Subject> {
  const command =
    name === 'c'
      ? [rig.peer, 'forward', 'in', 'out']
      : [process.execPath, fileURLToPath(new URL('../dist/forwarder-process.cjs', import.meta.url))];
  const child = spawn('ip', ['netns', 'exec', rig.director, ...command], {
    stdio: ['pipe', 'pipe', name === 'cap' ? 'ignore' : 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill();
    await gone;
  };
  if (name !== 'c') child.stdin.write(`${JSON.stringify(configure(name))}\n`);
  const said = await new Promise<string>((resolve) => {
    child.stdout.once('data', (text) => resolve(String(text)));
    child.once('close', () => resolve('ended'));
  });
  if (!said.includes('ready')) {
    await stop();
    throw new Error(`${name}: ${said}`);
  }
  if (name !== 'c') await teach(rig);
  return { process: child, stop };
}

/** Lets the forwarder know the server's MAC. */
async function teach(rig: Rig): Promise<void> {
  // It asks first: an answer that nobody asked for is not believed.
  const arps = ['0001', '0002'].map((operation) =>
    Buffer.from(
      ['020000000012', '020000000022', '0806', '0001', '0800', '06', '04', operation]
        .concat('020000000022', '0a090202', '020000000012', '0a090201')
        .join(''),
      'hex',
    ),
  );
  const child = spawn('ip', ['netns', 'exec', rig.outside, rig.peer, 'send', 'server']);
  child.stdin.end(Buffer.concat(arps.flatMap((arp) => [Buffer.of(0, arp.length), arp])));
  await new Promise((resolve) => child.once('close', resolve));
}

/** What went out by the director's second interface while the generator ran, and a while after. */
async function flow(rig: Rig, rate: number, seconds: number) {
  const before = received(rig);
  const began = performance.now();
  const text = await outside(rig, 'generate', 'client', String(rate), String(seconds));
  const took = (performance.now() - began) / 1000;
  const during = received(rig) - before;
  await new Promise((resolve) => setTimeout(resolve, 400));
  // A flood is judged by what went through while it lasted, paced traffic by what ever came.
  return { sent: Number(text), forwarded: rate === 0 ? during : received(rig) - before, seconds: took };
}

/** What the peer prints when it is done. */
async function outside(rig: Rig, ...args: string[]): Promise<string> {
  const child = spawn('ip', ['netns', 'exec', rig.outside, rig.peer, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => (text += String(chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')}: exit code ${String(code)}`);
  return text;
}

function received(rig: Rig): number {
  const { stdout } = spawnSync('ip', ['-n', rig.outside, '-j', '-s', 'link', 'show', 'dev', 'server'], {
    encoding: 'utf8',
  });
  const [link] = JSON.parse(stdout) as [{ stats64: { rx: { packets: number } } }];
  return link.stats64.rx.packets;
}

/** Share of a processor that the process takes while nothing comes. */
async function idleTime({ process: child }: Subject): Promise<number> {
  const ticks = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = ticks();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  return (ticks() - before) / 100 / 3;
}

const MACS = { in: parseMac('02:00:00:00:00:11')!, out: parseMac('02:00:00:00:00:12')! };

function configure(port: PortName) {
  const vip = parseIpv4('10.9.1.100')!;
  const second = 1000;
  const config: ForwarderConfig = {
    interfaces: [
      { segment: 'a', address: parseIpv4('10.9.1.1')!, prefixLength: 24, mac: MACS.in, mtu: 1500 },
      { segment: 'b', address: parseIpv4('10.9.2.1')!, prefixLength: 24, mac: MACS.out, mtu: 1500 },
    ],
    routes: [],
    services: [
      {
        name: 'web',
        model: 'dr',
        vip,
        protocol: 'tcp',
        port: 80,
        scheduler: 'rr',
        servers: [{ name: 'rs1', address: parseIpv4('10.9.2.2')!, port: 80, weight: 1 }],
        snat: false,
        ports: { first: 1024, last: 65535 },
      },
    ],
    decrementTtl: true,
    timeouts: {
      established: 900 * second,
      synReceived: 60 * second,
      finWait: 120 * second,
      timeWait: 120 * second,
      close: 10 * second,
      closeWait: 60 * second,
      lastAck: 30 * second,
      udp: 300 * second,
      icmp: 30 * second,
    },
    maxConnections: 1000,
    noEntry: 'reset',
    onRemove: 'silent',
    connReuseMode: 1,
    expireQuiescentTemplate: false,
  };
  return {
    type: 'configure',
    config,
    interfaces: [{ name: 'in' }, { name: 'out' }],
    port,
    decisions: false,
  };
}

function inside(namespace: string, program: string, args: readonly string[]): void {
  must('ip', ['netns', 'exec', namespace, program, ...args]);
}

function must(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    console.log('forwarding: needs Linux and root, for network namespaces of its own');
  else if (!existsSync(fileURLToPath(new URL('../dist/forwarder-process.cjs', import.meta.url))))
    console.log('forwarding: run `npm run build` first');
  else await run(console.log);
}
