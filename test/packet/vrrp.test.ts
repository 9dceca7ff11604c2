import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { AddressReplacement } from '../../src/packet/address-replacement.ts';
import { asIpv4, formatIpv4 } from '../../src/packet/address.ts';
import { buildIpv4, buildVrrp } from '../../src/packet/build.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { diffFrames } from '../../src/packet/diff.ts';
import { fieldsOf } from '../../src/packet/fields.ts';
import type { VrrpLayer } from '../../src/packet/layers.ts';
import { writePcap } from '../../src/packet/pcap.ts';
import { redactFrame } from '../../src/packet/redact.ts';
import * as vrrp from '../../src/packet/vrrp.ts';
import { ip, kinds, layerOf, mac } from './sample.ts';
import { fromHex, toHex } from './vectors.ts';

const sender = mac('02:00:00:00:00:01');
const source = ip('192.0.2.1');

/** A message as it was seen on a wire, in a packet from 192.0.2.1. */
const seen = (hex: string, { moreFragments = false } = {}): Uint8Array =>
  buildIpv4({
    ethernet: { source: sender, destination: vrrp.GROUP_MAC },
    ip: { source, destination: vrrp.GROUP, protocol: 112, ttl: 255, trafficClass: 0xc0, moreFragments },
    payload: fromHex(hex.replaceAll(' ', '')),
  });
const layerIn = (frame: Uint8Array): VrrpLayer => layerOf(decodeFrame(frame), 'vrrp');
const covers = (hex: string) => layerIn(seen(hex)).checksumCovers;

/** By keepalived 2.2.7. */
const VERSION_3 = '31 33 c8 01 000a a225 c000020a';
const VERSION_2 = '21 33 c8 01 00 01 54bf c000020a 0000000000000000';
const WITH_PASSWORD = '21 33 c8 01 01 01 e678 c000020a 6831307061737331';

const advertisements = fc.record({
  virtualRouter: fc.integer({ min: 1, max: 255 }),
  priority: fc.integer({ min: 0, max: 255 }),
  interval: fc.integer({ min: 1, max: vrrp.LONGEST_INTERVAL }),
  addresses: fc.array(fc.nat(0xffff_ffff).map(asIpv4), { maxLength: 255 }),
});

describe('VRRP', () => {
  it('version 3 is sent byte for byte as keepalived sends it', () => {
    const frame = buildVrrp({
      source: sender,
      ip: { source },
      vrrp: { virtualRouter: 51, priority: 200, interval: 10, addresses: [ip('192.0.2.10')] },
    });
    assert.equal(toHex(frame), toHex(seen(VERSION_3)));
    assert.equal(
      toHex(frame.subarray(0, 34)),
      `01005e000012 020000000001 0800 45c00020 00000000 ff70 ${toHex(frame.subarray(24, 26))} c0000201 e0000012`.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('is read as it is: version 3, version 2, and a password', () => {
    const { start, end, kind, version, type, virtualRouter, priority, interval, authentication } = layerIn(
      seen(VERSION_3),
    );
    assert.deepEqual(
      { start, end, kind, version, type, virtualRouter, priority, interval, authentication },
      {
        ...{ start: 34, end: 46, kind: 'vrrp', version: 3, type: 1, virtualRouter: 51, priority: 200 },
        ...{ interval: 10, authentication: new Uint8Array() },
      },
    );
    assert.deepEqual(vrrp.addressesOf(layerIn(seen(VERSION_3))).map(formatIpv4), ['192.0.2.10']);
    const old = layerIn(seen(WITH_PASSWORD));
    assert.deepEqual(
      [
        old.version,
        old.interval,
        old.authenticationType,
        String.fromCharCode(...old.authentication),
        old.end,
      ],
      [2, 100, 1, 'h10pass1', 54],
    );
    assert.deepEqual(vrrp.addressesOf(old).map(formatIpv4), ['192.0.2.10']);
    assert.equal(kinds(seen(VERSION_2)), 'ethernet ipv4 vrrp');
  });

  it('tells both readings of the checksum apart', () => {
    assert.equal(covers(VERSION_3), 'pseudo-header');
    assert.equal(covers(VERSION_3.replace('a225', '44b6')), 'message');
    assert.equal(covers(VERSION_3.replace('a225', 'a226')), 'nothing');
    assert.equal(covers(VERSION_2), 'message');
    assert.equal(covers(WITH_PASSWORD), 'message');
    assert.equal(covers(WITH_PASSWORD.replace('e678', '53bf')), 'nothing');
    assert.equal(layerIn(seen(VERSION_3, { moreFragments: true })).checksumCovers, undefined);
  });

  it('its fields have the names of Wireshark, those of the other version left out', () => {
    const texts = (hex: string) => {
      const layer = layerIn(seen(hex));
      return fieldsOf(layer).map(({ name, value, text }) => `${name} ${text(value(layer) as never)}`);
    };
    assert.deepEqual(texts(VERSION_3), [
      ...['vrrp.version 3', 'vrrp.virt_rtr_id 51', 'vrrp.prio 200', 'vrrp.short_adver_int 0.1 s'],
      ...['vrrp.checksum 0xa225', 'vrrp.ip_addr 192.0.2.10'],
    ]);
    assert.deepEqual(texts(WITH_PASSWORD), [
      ...['vrrp.version 2', 'vrrp.virt_rtr_id 51', 'vrrp.prio 200', 'vrrp.auth_type 1', 'vrrp.adver_int 1 s'],
      ...['vrrp.checksum 0xe678', 'vrrp.ip_addr 192.0.2.10', 'vrrp.auth_string 6831307061737331'],
    ]);
    const changes = (a: string, b: string) =>
      diffFrames(decodeFrame(seen(a)), decodeFrame(seen(b))).map(({ field }) => field);
    assert.deepEqual(changes(VERSION_3, VERSION_3.replace('c8', 'c7')), ['vrrp.prio']);
    assert.equal(changes(VERSION_3, VERSION_2).filter((field) => field === 'vrrp.version').length, 2);
  });

  it('many addresses are not all named', () => {
    const addresses = Array.from({ length: 12 }, (_, index) => asIpv4(index + 1));
    const frame = buildVrrp({
      source: sender,
      ip: { source },
      vrrp: { virtualRouter: 1, priority: 1, interval: 1, addresses },
    });
    const layer = layerIn(frame);
    const field = fieldsOf(layer).find(({ name }) => name === 'vrrp.ip_addr')!;
    assert.match(field.text(field.value(layer) as never), /^0\.0\.0\.1, .*0\.0\.0\.10… \(12\)$/);
  });

  it('another version or type is not read, nor what is cut', () => {
    for (const first of ['11', '41', '30', '32', '22'])
      assert.equal(decodeFrame(seen(VERSION_3.replace('31', first))).problem?.problem, 'unsupported', first);
    for (const whole of [VERSION_3, VERSION_2]) {
      const message = whole.replaceAll(' ', '');
      for (let length = 2; length < message.length; length += 2)
        assert.deepEqual(
          decodeFrame(seen(message.slice(0, length))).problem,
          { problem: 'truncated', where: 'vrrp', at: 34 },
          String(length),
        );
    }
  });

  it('what is sent is what is read', () => {
    fc.assert(
      fc.property(advertisements, fc.nat(0xffff_ffff).map(asIpv4), (advertisement, from) => {
        const frame = buildVrrp({ source: sender, ip: { source: from }, vrrp: advertisement });
        const layer = layerIn(frame);
        const { virtualRouter, priority, interval } = layer;
        const addresses = vrrp.addressesOf(layer);
        assert.deepEqual({ virtualRouter, priority, interval, addresses }, { ...advertisement });
        assert.equal(layer.checksumCovers, 'pseudo-header');
      }),
    );
  });

  it('any bytes are read without an exception, and inside of themselves', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(0x31, 0x21, 0), (bytes, first) => {
        const payload = bytes.slice();
        if (first > 0 && payload.length > 0) payload[0] = first;
        const { layers } = decodeFrame(seen(toHex(payload)));
        const layer = layers.find(({ kind }) => kind === 'vrrp');
        assert.ok(layer === undefined || layer.end <= 34 + payload.length);
      }),
    );
  });

  it('a password is not handed on, and other addresses have the checksum that was right', () => {
    const addresses = new AddressReplacement(() => 0.1);
    for (const [hex, covered] of [
      [VERSION_3, 'pseudo-header'],
      [VERSION_3.replace('a225', '44b6'), 'message'],
      [VERSION_3.replace('a225', '1234'), 'nothing'],
      [WITH_PASSWORD, 'message'],
    ] as const) {
      const frame = seen(hex);
      const redacted = redactFrame(frame, frame.length, { payload: 'none', addresses });
      const layer = layerIn(redacted);
      assert.equal(layer.checksumCovers, covered, hex);
      assert.deepEqual(vrrp.addressesOf(layer), [addresses.ipv4(ip('192.0.2.10'))]);
      assert.ok(layer.authentication.every((byte) => byte === 0));
    }
    const alone = redactFrame(seen(WITH_PASSWORD), 54, { payload: 'none' });
    assert.deepEqual(layerIn(alone).authentication, new Uint8Array(8));
    const piece = seen(VERSION_3, { moreFragments: true });
    assert.equal(layerIn(redactFrame(piece, piece.length, { payload: 'none' })).checksum, 0);
  });

  it('is what tshark reads', function () {
    this.timeout(30_000);
    if (spawnSync('tshark', ['--version']).error) {
      if (process.env['CI']) throw new Error('tshark is missing: apt-get install tshark');
      this.skip();
    }
    const frames = [
      VERSION_3,
      VERSION_3.replace('a225', '44b6'),
      '31 01 00 02 0fff 0000 0a000001 0a000002',
      WITH_PASSWORD,
    ].map((hex) => seen(hex));
    const names = ['version', 'type', 'virt_rtr_id', 'prio', 'addr_count', 'short_adver_int', 'adver_int'];
    const fields = [...names, 'checksum', 'checksum.status', 'ip_addr', 'auth_string'].flatMap((name) => [
      '-e',
      `vrrp.${name}`,
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'lb-lab-vrrp-'));
    try {
      const file = join(folder, 'vrrp.pcap');
      writeFileSync(
        file,
        writePcap(frames.map((bytes, at) => ({ bytes, originalLength: bytes.length, timeNs: BigInt(at) }))),
      );
      const options = ['-n', '-r', file, '-T', 'fields', '-E', 'separator=|', ...fields];
      const { stdout, status, stderr } = spawnSync('tshark', options, { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const expected = frames.map((frame) => {
        const layer = layerIn(frame);
        const { version, type, virtualRouter, priority, interval, addresses } = layer;
        const isOld = version === 2;
        return [
          ...[version, type, virtualRouter, priority, addresses.length / 4],
          ...(isOld ? ['', interval / 100] : [interval, '']),
          `0x${layer.checksum.toString(16).padStart(4, '0')}`,
          // Wireshark's reading of version 3 is the one with the pseudo-header.
          layer.checksumCovers === (isOld ? 'message' : 'pseudo-header') ? 1 : 0,
          vrrp.addressesOf(layer).map(formatIpv4).join(','),
          isOld ? String.fromCharCode(...layer.authentication) : '',
        ].join('|');
      });
      assert.deepEqual(stdout.trimEnd().split('\n'), expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
