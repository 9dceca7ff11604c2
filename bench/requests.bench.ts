import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ForwarderConfig } from '../src/forwarder/config.ts';
import { wrkResult, wrkScript } from '../src/lab/agent/wrk-call.ts';
import { NO_ADDRESS, parseIpv4, parseMac } from '../src/packet/address.ts';
import { median } from './median.ts';

/**
 * Requests a second, and the 99th percentile of the time to an answer, over one segment with a client, a director and a
 * server in network namespaces of their own: straight to the server, through the forwarder's own process (dr, dnat;
 * capture and trace off), through the kernel's nftables NAT, and through HAProxy in TCP mode, as it comes (a thread for
 * each processor) and with one thread, as the forwarder has. `wrk` asks, over 32
 * connections that stay open. In turns; ratios are medians of each round's own, for other work on the machine slows
 * whole rounds. Offloads are off everywhere, as in a lab.
 */
const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = 32;
const SUBJECTS = ['direct', 'dr', 'dnat', 'nftables', 'haproxy', 'haproxy-1'] as const;
type Subject = (typeof SUBJECTS)[number];

const VIP = '10.9.0.100';
const PORT = 80;
const NODES = {
  client: { address: '10.9.0.10', mac: '02:00:00:00:09:10' },
  director: { address: '10.9.0.2', mac: '02:00:00:00:09:02' },
  server: { address: '10.9.0.11', mac: '02:00:00:00:09:11' },
} as const;
type NodeName = keyof typeof NODES;

interface Result {
  readonly rate: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** Processor time of the director's process for a request, in microseconds; 0 where there is no process. */
  readonly cpu: number;
}

class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'lb-lab-bench-'));
  readonly #switch = `lb-bench-${process.pid}-s`;
  readonly #processes = new Set<ChildProcess>();

  constructor() {
    try {
      this.#build();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  namespace(node: NodeName): string {
    return `lb-bench-${process.pid}-${node}`;
  }

  inside(node: NodeName, command: readonly string[], input = ''): string {
    return must('ip', ['netns', 'exec', this.namespace(node), ...command], input);
  }

  /** Starts a program in a node; resolves when it has said the word, or at once without one. */
  async start(node: NodeName, command: readonly string[], word = '', input = ''): Promise<ChildProcess> {
    const child = spawn('ip', ['netns', 'exec', this.namespace(node), ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#processes.add(child);
    child.once('close', () => this.#processes.delete(child));
    child.stdin.write(input);
    if (word === '') return child;
    const said = await new Promise<string>((resolve) => {
      child.stdout.once('data', (text) => resolve(String(text)));
      child.once('close', () => resolve('its end'));
    });
    if (!said.includes(word)) throw new Error(`${command.join(' ')}: ${said}`);
    child.stdout.resume();
    return child;
  }

  async stop(child: ChildProcess): Promise<void> {
    if (!this.#processes.has(child)) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill();
    await gone;
  }

  close(): void {
    for (const child of this.#processes) child.kill('SIGKILL');
    for (const name of [this.#switch, ...nodeNames.map((node) => this.namespace(node))])
      spawnSync('ip', ['netns', 'del', name]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #build(): void {
    const source = fileURLToPath(new URL('../bench/requests-server.c', import.meta.url));
    must('cc', ['-O2', '-o', join(this.folder, 'server'), source]);
    must('ip', ['netns', 'add', this.#switch]);
    must('ip', ['-n', this.#switch, 'link', 'add', 'name', 'br0', 'type', 'bridge']);
    must('ip', ['-n', this.#switch, 'link', 'set', 'dev', 'br0', 'up']);
    for (const node of nodeNames) {
      const { address, mac } = NODES[node];
      const name = this.namespace(node);
      must('ip', ['netns', 'add', name]);
      const pair = ['link', 'add', 'name', 'eth0', 'netns', name, 'type', 'veth'];
      must('ip', [...pair, 'peer', 'name', node, 'netns', this.#switch]);
      must('ip', ['-n', this.#switch, 'link', 'set', 'dev', node, 'master', 'br0', 'up']);
      must('ip', ['-n', name, 'link', 'set', 'dev', 'eth0', 'address', mac]);
      must('ip', ['-n', name, 'address', 'add', `${address}/24`, 'dev', 'eth0']);
      for (const link of ['lo', 'eth0']) must('ip', ['-n', name, 'link', 'set', 'dev', link, 'up']);
      const offloads = ['tx', 'tso', 'gso', 'gro'].flatMap((feature) => [feature, 'off']);
      this.inside(node, ['ethtool', '-K', 'eth0', ...offloads]);
      must('ip', ['netns', 'exec', this.#switch, 'ethtool', '-K', node, ...offloads]);
      this.inside(node, [
        'sysctl',
        '-qw',
        'net.ipv6.conf.all.disable_ipv6=1',
        'net.ipv4.conf.all.send_redirects=0',
        'net.ipv4.conf.eth0.send_redirects=0',
        'net.ipv4.conf.all.rp_filter=0',
        'net.ipv4.conf.eth0.rp_filter=0',
      ]);
    }
    // The server of dr: the VIP on lo, hidden.
    this.inside('server', [
      'sysctl',
      '-qw',
      'net.ipv4.conf.all.arp_ignore=1',
      'net.ipv4.conf.all.arp_announce=2',
    ]);
    this.inside('server', ['ip', 'address', 'add', `${VIP}/32`, 'dev', 'lo']);
  }
}

const nodeNames = Object.keys(NODES) as NodeName[];

interface Placed {
  /** The director's process, where it is one. */
  readonly pid?: number | undefined;
  readonly remove: () => Promise<void>;
}

/** Puts the subject between client and server. */
async function put(rig: Rig, subject: Subject): Promise<Placed> {
  switch (subject) {
    case 'direct':
      return { remove: () => Promise.resolve() };
    case 'dr':
    case 'dnat': {
      rig.inside('director', ['nft', '-f', '-'], silence);
      const program = fileURLToPath(new URL('../dist/forwarder-process.cjs', import.meta.url));
      const settings = `${JSON.stringify(configure(subject))}\n`;
      const child = await rig.start('director', [process.execPath, program], 'ready', settings);
      const remove = async () => {
        await rig.stop(child);
        rig.inside('director', ['nft', 'flush', 'ruleset']);
      };
      return { pid: child.pid, remove };
    }
    case 'nftables':
      rig.inside('director', ['ip', 'address', 'add', `${VIP}/32`, 'dev', 'eth0']);
      rig.inside('director', ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
      rig.inside('director', ['nft', '-f', '-'], translation);
      return {
        remove: () => {
          rig.inside('director', ['nft', 'flush', 'ruleset']);
          rig.inside('director', ['sysctl', '-qw', 'net.ipv4.ip_forward=0']);
          rig.inside('director', ['ip', 'address', 'del', `${VIP}/32`, 'dev', 'eth0']);
          return Promise.resolve();
        },
      };
    case 'haproxy':
    case 'haproxy-1': {
      rig.inside('director', ['ip', 'address', 'add', `${VIP}/32`, 'dev', 'eth0']);
      const file = join(rig.folder, 'haproxy.cfg');
      writeFileSync(
        file,
        subject === 'haproxy-1' ? proxy.replace('maxconn', 'nbthread 1\n  maxconn') : proxy,
      );
      const child = await rig.start('director', ['haproxy', '-db', '-f', file]);
      while (!listens(rig)) await new Promise((resolve) => setTimeout(resolve, 20));
      const remove = async () => {
        await rig.stop(child);
        rig.inside('director', ['ip', 'address', 'del', `${VIP}/32`, 'dev', 'eth0']);
      };
      return { pid: child.pid, remove };
    }
  }
}

/** Whether something listens on the director, as its kernel lists it (proc(5)); 0A is LISTEN. */
function listens(rig: Rig): boolean {
  const port = PORT.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`:${port} \\S+ 0A `).test(rig.inside('director', ['cat', '/proc/net/tcp']));
}

/** The director's kernel must not reset what the forwarder's ports are for. */
const silence = `table ip bench {
  chain pools {
    type filter hook prerouting priority -300; policy accept;
    ip daddr ${NODES.director.address} tcp dport 40000-49999 drop
  }
}
`;

const translation = `table ip bench {
  chain in { type nat hook prerouting priority -100; policy accept;
    ip daddr ${VIP} tcp dport ${PORT} dnat to ${NODES.server.address}:${PORT}
  }
  chain out { type nat hook postrouting priority 100; policy accept;
    ip daddr ${NODES.server.address} tcp dport ${PORT} masquerade
  }
}
`;

const proxy = `global
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen web
  bind ${VIP}:${PORT}
  server rs1 ${NODES.server.address}:${PORT}
`;

function configure(model: 'dr' | 'dnat') {
  const second = 1000;
  const { address, mac } = NODES.director;
  const config: ForwarderConfig = {
    interfaces: [
      { segment: 'a', address: parseIpv4(address)!, prefixLength: 24, mac: parseMac(mac)!, mtu: 1500 },
    ],
    routes: [],
    services: [
      {
        name: 'web',
        model,
        vip: parseIpv4(VIP)!,
        protocol: 'tcp',
        port: PORT,
        scheduler: 'rr',
        servers: [{ name: 'rs1', address: parseIpv4(NODES.server.address)!, port: PORT, weight: 1 }],
        snat: true,
        ports: { first: 40000, last: 49999 },
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
    maxConnections: 10_000,
    noEntry: 'reset',
    onRemove: 'silent',
    connReuseMode: 1,
    expireQuiescentTemplate: false,
  };
  return { type: 'configure', config, interfaces: [{ name: 'eth0' }], port: 'packet', decisions: false };
}

async function measure(rig: Rig, subject: Subject): Promise<Result> {
  const { pid, remove } = await put(rig, subject);
  try {
    rig.inside('client', ['ip', 'neighbour', 'flush', 'dev', 'eth0']);
    await ask(rig, subject, 1);
    const before = cpuUs(pid);
    const result = await ask(rig, subject, SECONDS);
    return { ...result, cpu: (cpuUs(pid) - before) / result.requests };
  } finally {
    await remove();
  }
}

/** Processor time of a process so far, in microseconds: user and system, in ticks of 10 ms (proc(5)). */
function cpuUs(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function ask(rig: Rig, subject: Subject, seconds: number) {
  const to = subject === 'direct' ? NODES.server.address : VIP;
  const args = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${seconds}s`, '-s', join(rig.folder, 'wrk.lua')];
  const child = spawn(
    'ip',
    ['netns', 'exec', rig.namespace('client'), 'wrk', ...args, `http://${to}:${PORT}/`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  await new Promise((resolve) => child.once('close', resolve));
  const result = wrkResult(text);
  if (!result || result.requests === 0) throw new Error(`${subject}: ${text}`);
  const { requests, durationNs, p99Ns, errors } = result;
  return { requests, rate: requests / (durationNs / 1e9), p99Ms: p99Ns / 1e6, errors };
}

async function run(print: (line: string) => void): Promise<void> {
  const rig = new Rig();
  try {
    writeFileSync(
      join(rig.folder, 'wrk.lua'),
      wrkScript({
        from: '',
        to: NO_ADDRESS,
        port: PORT,
        afterNs: 0,
        everyNs: 0,
        count: 1,
        request: 'GET /',
        responseBytes: 0,
        requestBytes: 0,
        timeoutNs: 2e9,
      }),
    );
    await rig.start('server', [join(rig.folder, 'server'), String(PORT)], 'ready');
    const results = new Map<Subject, Result[]>(SUBJECTS.map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const name of SUBJECTS) results.get(name)!.push(await measure(rig, name));
    print(
      `requests: ${CONNECTIONS} connections, ${SECONDS} s each, medians of ${ROUNDS} rounds in turns, offloads off`,
    );
    print('through    requests/s   p99 ms   ratio to direct   ratio to haproxy   CPU µs/request   errors');
    const ratio = (name: Subject, to: Subject) =>
      median(results.get(name)!.map(({ rate }, round) => rate / results.get(to)![round]!.rate));
    for (const name of SUBJECTS) {
      const own = results.get(name)!;
      print(
        [
          name.padEnd(9),
          median(own.map(({ rate }) => rate))
            .toFixed(0)
            .padStart(11),
          median(own.map(({ p99Ms }) => p99Ms))
            .toFixed(2)
            .padStart(8),
          ratio(name, 'direct').toFixed(2).padStart(17),
          ratio(name, 'haproxy').toFixed(2).padStart(18),
          median(own.map(({ cpu }) => cpu))
            .toFixed(1)
            .padStart(16),
          String(own.reduce((sum, { errors }) => sum + errors, 0)).padStart(8),
        ].join(' '),
      );
    }
  } finally {
    rig.close();
  }
}

function must(program: string, args: readonly string[], input = ''): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}

/** Debian's package for each program. */
const PROGRAMS = {
  wrk: 'wrk',
  haproxy: 'haproxy',
  nft: 'nftables',
  ip: 'iproute2',
  ethtool: 'ethtool',
  cc: 'gcc',
};
const missing = Object.entries(PROGRAMS).filter(([name]) => spawnSync('which', [name]).status !== 0);

if (process.platform !== 'linux' || process.getuid?.() !== 0)
  console.log('requests: needs Linux and root, for network namespaces of its own');
else if (missing.length > 0)
  console.log(
    `requests: ${missing.map(([name]) => name).join(', ')} is missing: apt-get install ${missing.map(([, name]) => name).join(' ')}`,
  );
else if (!existsSync(fileURLToPath(new URL('../dist/forwarder-process.cjs', import.meta.url))))
  console.log('requests: run `npm run build` first');
else await run(console.log);
