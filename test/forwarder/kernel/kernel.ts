import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { formatIpv4, formatMac, type Mac } from '../../../src/packet/address.ts';
import { buildUdp } from '../../../src/packet/build.ts';
import { must, PortProcess, until } from '../ports/network.ts';
import { MACS, NEIGHBOUR_MACS, SENTINELS, type Setup } from './setups.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Frame {
  readonly port: number;
  readonly bytes: Uint8Array;
}

/** A Linux kernel as router, in a network namespace of its own; its neighbours are a process in another one. */
export class LinuxRouter {
  readonly #kernel = `lb-lab-${process.pid}-kernel`;
  readonly #around = `lb-lab-${process.pid}-around`;
  #child: ChildProcess | undefined;
  #port: PortProcess | undefined;
  #rounds = 0;

  async open(setup: Setup): Promise<void> {
    for (const name of [this.#kernel, this.#around]) {
      must('ip', ['netns', 'add', name]);
      for (const which of ['all', 'default'])
        this.#in(name, 'sysctl', '-qw', `net.ipv6.conf.${which}.disable_ipv6=1`);
      must('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    }
    for (const port of [0, 1] as const) this.#plug(setup, port);
    const { via, port } = setup.defaultRoute;
    must('ip', ['-n', this.#kernel, 'route', 'add', 'default', 'via', via, 'dev', `k${port}`]);
    for (const { port: at, address, mac } of setup.neighbours) this.#neighbour(`k${at}`, address, mac);
    SENTINELS.forEach((address, at) => {
      const text = formatIpv4(address);
      must('ip', ['-n', this.#kernel, 'route', 'add', `${text}/32`, 'dev', `k${at}`, 'scope', 'link']);
      this.#neighbour(`k${at}`, text, NEIGHBOUR_MACS[at]!);
    });
    for (const [key, value] of Object.entries(SWITCHES))
      this.#in(this.#kernel, 'sysctl', '-qw', `${key}=${value}`);
    const { status, stderr } = spawnSync('ip', ['netns', 'exec', this.#kernel, 'nft', '-f', '-'], {
      input: setup.rules,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`nft: ${stderr}`);
    // Connection tracking, and with it reassembly, begins with the rules; so does this.
    for (const [key, value] of Object.entries(TRACKING))
      this.#in(this.#kernel, 'sysctl', '-qw', `${key}=${value}`);
    await this.#listen();
  }

  /** Gives the frames in, one after the other; resolves with all that came out, in order at each port. */
  async pass(frames: readonly Frame[]): Promise<Frame[]> {
    const process = this.#port!;
    const from = process.heard.length;
    for (const { port, bytes } of frames) process.tell({ do: 'transmit', port, hex: hexOf(bytes) });
    this.#rounds++;
    const sentinels = [0, 1].map((port) => this.#sentinel(port));
    sentinels.forEach((bytes, port) => process.tell({ do: 'transmit', port, hex: hexOf(bytes) }));
    const mark = hexOf(sentinels[0]!).slice(-8);
    const passed = () => process.heard.slice(from).filter(({ hex }) => hex.endsWith(mark)).length;
    await until(() => passed() === 2);
    if (passed() !== 2) throw new Error(`the router stopped: ${process.ended ?? 'no answer'}`);
    return process.heard
      .slice(from)
      .filter(({ hex }) => !hex.endsWith(mark))
      .map(({ port, hex }) => ({ port, bytes: Uint8Array.from(Buffer.from(hex, 'hex')) }));
  }

  async close(): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((resolve) => this.#child!.once('close', resolve));
      this.#child.kill('SIGKILL');
      await gone;
    }
    for (const name of [this.#kernel, this.#around]) spawnSync('ip', ['netns', 'del', name]);
  }

  #plug({ config }: Setup, port: 0 | 1): void {
    const { address, prefixLength, mtu } = config.interfaces[port]!;
    const [own, other] = [`k${port}`, `f${port}`];
    const peer = ['peer', 'name', other, 'netns', this.#around];
    must('ip', ['-n', this.#kernel, 'link', 'add', own, 'type', 'veth', ...peer]);
    for (const [name, device, mac] of [
      [this.#kernel, own, MACS[port]],
      [this.#around, other, NEIGHBOUR_MACS[port]],
    ] as const) {
      const offloads = ['tx', 'tso', 'gso', 'gro'].flatMap((offload) => [offload, 'off']);
      this.#in(name, 'ethtool', '-K', device, ...offloads);
      must('ip', ['-n', name, 'link', 'set', device, 'address', formatMac(mac), 'mtu', String(mtu), 'up']);
    }
    must('ip', ['-n', this.#kernel, 'addr', 'add', `${formatIpv4(address)}/${prefixLength}`, 'dev', own]);
    for (const which of ['all', own]) {
      this.#in(this.#kernel, 'sysctl', '-qw', `net.ipv4.conf.${which}.rp_filter=0`);
      this.#in(this.#kernel, 'sysctl', '-qw', `net.ipv4.conf.${which}.send_redirects=0`);
    }
  }

  #neighbour(device: string, address: string, mac: Mac): void {
    const to = ['lladdr', formatMac(mac), 'dev', device, 'nud', 'permanent'];
    must('ip', ['-n', this.#kernel, 'neigh', 'replace', address, ...to]);
  }

  async #listen(): Promise<void> {
    const script = `${root}test/forwarder/ports/port-process.ts`;
    const command = [process.execPath, '--import', 'tsx', script, 'packet', 'f0', 'f1'];
    // On one processor, so that frames cannot overtake each other in the queues of several.
    const pinned = ['netns', 'exec', this.#around, 'taskset', '1', ...command];
    this.#child = spawn('ip', pinned, { stdio: ['pipe', 'pipe', 'pipe'], cwd: root });
    const port = new PortProcess(this.#child);
    this.#port = port;
    await until(() => port.ready || port.problems.length > 0 || port.ended !== undefined, 30_000);
    if (!port.ready) throw new Error(port.ended ?? JSON.stringify(port.problems));
  }

  #sentinel(port: number): Uint8Array {
    return buildUdp({
      ethernet: { source: NEIGHBOUR_MACS[port]!, destination: MACS[port]! },
      ip: { source: SENTINELS[port]!, destination: SENTINELS[1 - port]! },
      udp: { sourcePort: 9, destinationPort: 9 },
      payload: Uint8Array.of(0x5e, 0x71, this.#rounds >>> 8, this.#rounds),
    });
  }

  #in(namespace: string, ...command: string[]): void {
    must('ip', ['netns', 'exec', namespace, ...command]);
  }
}

/** No limit on ICMP errors, here as in the forwarder: what they say is what is compared. */
const SWITCHES = {
  'net.ipv4.ip_forward': 1,
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv4.icmp_ratemask': 0,
};

/** The forwarder does not follow sequence numbers, and takes no connection up in its middle. */
const TRACKING = {
  'net.netfilter.nf_conntrack_tcp_be_liberal': 1,
  'net.netfilter.nf_conntrack_tcp_loose': 0,
};

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
