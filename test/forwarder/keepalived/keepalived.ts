import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { USUAL_ANNOUNCE } from '../../../src/forwarder/vrrp/virtual-router.ts';
import { formatIpv4, formatMac } from '../../../src/packet/address.ts';
import { readPcap } from '../../../src/packet/pcap.ts';
import { ip, mac } from '../../packet/sample.ts';
import { Network, until, whyNot } from '../ports/network.ts';
import type { Order, Ours, Said } from './director-process.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Why keepalived cannot be held against ours here; `undefined` when it can. */
export function whyNoOracle(): string | undefined {
  for (const program of ['keepalived', 'tcpdump'])
    if (spawnSync(program, ['--version']).error) return `needs ${program}: apt-get install ${program}`;
  return whyNot();
}

/** Milliseconds, as everything here. */
export const INTERVAL = 500;
const LINKS = 5;

/** A frame at our end of a link, with the time of the kernel. */
export interface Seen {
  readonly timeMs: number;
  readonly bytes: Uint8Array;
  readonly isOurs: boolean;
}

/** One link, with a router of ours at one end and keepalived at the other. */
export interface Pair {
  readonly link: number;
  readonly ours: Ours;
  readonly theirs: { readonly priority: number; readonly mac: string };
}

/** Five links between two namespaces, each with a virtual router of its own: five tries of everything at the price of one. */
export class Pairs {
  readonly pairs: readonly Pair[];
  readonly #network = new Network();
  readonly #folder = mkdtempSync(join(tmpdir(), 'lb-lab-keepalived-'));
  #ours: ChildProcess | undefined;
  #ready = false;
  /** Of links on which ours is active. */
  readonly holding = new Set<number>();
  /** What either process or this one missed of its turns, since it was looked at. */
  #stalled = 0;
  #last = performance.now();
  readonly #watch: NodeJS.Timeout;
  readonly #captures: ChildProcess[] = [];

  constructor() {
    const { near, far } = this.#network;
    for (let link = 2; link < LINKS; link++) this.#network.plug(link);
    this.pairs = Array.from({ length: LINKS }, (_, link) => {
      const macs = [`02:00:00:00:0${link}:01`, `02:00:00:00:0${link}:02`] as const;
      for (const [namespace, device, host] of [
        [near, `p${link}`, 1],
        [far, `q${link}`, 2],
      ] as const) {
        this.#network.ip(namespace, 'link', 'set', device, 'address', macs[host - 1]!);
        this.#network.ip(namespace, 'addr', 'add', `10.99.${link}.${host}/24`, 'dev', device);
      }
      const [ours, theirs] = link % 2 === 0 ? [100, 200] : [200, 100];
      const address = ip(`10.99.${link}.1`);
      return {
        link,
        ours: {
          device: `p${link}`,
          interface: { segment: `p${link}`, address, prefixLength: 24, mac: mac(macs[0]), mtu: 1500 },
          redundancy: {
            ...{ id: 51 + link, priority: ours, interval: INTERVAL, preempt: false, port: link },
            addresses: [{ address: ip(`10.99.${link}.100`), port: link }],
            announce: USUAL_ANNOUNCE,
          },
        },
        theirs: { priority: theirs, mac: macs[1] },
      };
    });
    this.#watch = setInterval(() => {
      this.#note(performance.now() - this.#last - 10);
      this.#last = performance.now();
    }, 10);
  }

  async open(): Promise<void> {
    const script = `${root}test/forwarder/keepalived/director-process.ts`;
    const routers = this.pairs.map(({ ours }) => JSON.stringify(ours));
    const command = [process.execPath, '--import', 'tsx', script, ...routers];
    this.#ours = this.#network.spawn(this.#network.near, ...command);
    let errors = '';
    this.#ours.stderr!.on('data', (text) => (errors += String(text)));
    createInterface({ input: this.#ours.stdout! }).on('line', (line) => this.#hear(JSON.parse(line) as Said));
    for (const { link } of this.pairs) {
      const file = ['-w', this.#capture(link), '-U', '--immediate-mode', '--time-stamp-precision=nano'];
      const options = ['-i', `p${link}`, '-n', '-s', '0', ...file, 'proto 112 or arp'];
      this.#captures.push(this.#network.spawn(this.#network.near, 'tcpdump', ...options));
    }
    await until(() => this.#ready && this.pairs.every(({ link }) => existsSync(this.#capture(link))));
    if (!this.#ready) throw new Error(`ours did not start: ${errors}`);
  }

  tell(what: Order['do'], links = this.pairs): void {
    for (const { link: port } of links) this.#ours!.stdin!.write(`${JSON.stringify({ do: what, port })}\n`);
  }

  /** One keepalived for all links; resolves when each says that it is backup. */
  async startTheirs(): Promise<void> {
    const config = this.#file('keepalived.conf');
    writeFileSync(config, this.#configuration());
    const pids = ['-p', this.#file('pid'), '-r', this.#file('vrrp.pid')];
    const child = this.#network.spawn(
      ...([this.#network.far, 'keepalived', '-n', '-l', '-D', '-G', '-P', '-R'] as const),
      ...['-f', config, ...pids],
    );
    let said = '';
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (said += String(text)));
    const states = () => said.match(/Entering BACKUP STATE/g)?.length ?? 0;
    await until(() => states() >= this.pairs.length);
    if (states() < this.pairs.length) throw new Error(`keepalived did not start: ${said}`);
  }

  /** Clean: it says so itself. It needs another second to be gone. */
  stopTheirs(): void {
    process.kill(Number(readFileSync(this.#file('pid'), 'utf8')), 'SIGTERM');
  }

  /** Both of its processes at once, for the parent's end alone would stop the other cleanly; and the addresses go with the host. */
  crashTheirs(): void {
    this.#killTheirs();
    for (const { link } of this.pairs)
      this.#network.ip(this.#network.far, 'addr', 'del', `10.99.${link}.100/32`, 'dev', `q${link}`);
  }

  async theirsGone(): Promise<void> {
    await until(() => !existsSync(this.#file('pid')));
  }

  /** All that was captured of a link. */
  seen({ link, ours }: Pair): Seen[] {
    const own = formatMac(ours.interface.mac);
    return readPcap(readFileSync(this.#capture(link))).records.map(({ timeNs, bytes }) => ({
      timeMs: Number(timeNs) / 1e6,
      bytes,
      isOurs: Buffer.from(bytes.subarray(6, 12)).toString('hex') === own.replaceAll(':', ''),
    }));
  }

  /** The longest time for which somebody did not get their turn, since this was asked last. */
  takeStalled(): number {
    const stalled = this.#stalled;
    this.#stalled = 0;
    return stalled;
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    this.#killTheirs();
    await this.#network.close();
    rmSync(this.#folder, { recursive: true });
  }

  #killTheirs(): void {
    for (const name of ['pid', 'vrrp.pid'].map((file) => this.#file(file))) {
      if (!existsSync(name)) continue;
      const pid = Number(readFileSync(name, 'utf8'));
      rmSync(name);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }

  #hear(said: Said): void {
    if ('ready' in said) this.#ready = true;
    else if ('stalled' in said) this.#note(said.stalled);
    else this.holding[said.holds ? 'add' : 'delete'](said.port);
  }

  #note(stalled: number): void {
    this.#stalled = Math.max(this.#stalled, stalled);
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  #capture(link: number): string {
    return this.#file(`link${link}.pcap`);
  }

  #configuration(): string {
    const instances = this.pairs.map(({ link, ours: { redundancy }, theirs }) => {
      const addresses = redundancy.addresses.map(({ address }) => `${formatIpv4(address)}/32`).join(' ');
      return `vrrp_instance link${link} {
  state BACKUP
  interface q${link}
  virtual_router_id ${redundancy.id}
  priority ${theirs.priority}
  advert_int ${INTERVAL / 1000}
  nopreempt
  virtual_ipaddress { ${addresses} }
}`;
    });
    return `global_defs {\n  vrrp_version 3\n}\n${instances.join('\n')}\n`;
  }
}
