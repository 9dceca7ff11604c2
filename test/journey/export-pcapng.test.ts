import assert from 'node:assert/strict';
import { exportPcapng } from '../../src/journey/export-pcapng.ts';
import { AddressReplacement } from '../../src/packet/address-replacement.ts';
import { formatIpv4, formatMac, type Ipv4, type Mac } from '../../src/packet/address.ts';
import { decodeFrame } from '../../src/packet/decode.ts';
import { readPcapng } from '../../src/packet/pcapng.ts';
import type { Redaction } from '../../src/packet/redact.ts';
import { exampleText, planOf, runLab } from '../lab/embedded/testbed.ts';
import { makeTranslate } from '../support/translate.ts';
import { reportOfEvents } from './build-report.ts';

const translate = makeTranslate('en');

for (const name of ['dnat', 'tun', 'lessons/tunnel-mtu'])
  describe(`a redacted pcapng of ${name}`, () => {
    const plan = planOf(exampleText(name), `${name}.lblab.yaml`);
    const { events } = runLab(plan);
    const report = reportOfEvents(plan, events);
    const ports = plan.nodes.flatMap(({ interfaces }) => interfaces);
    const whole = readPcapng(exportPcapng(events, report, plan, translate));
    const written = (redaction: Redaction) =>
      exportPcapng(events, report, plan, translate, undefined, redaction);

    it('has the same frames at the same places and times, cut behind their headers', () => {
      const { records, interfaces, problems } = readPcapng(written({ payload: 'none' }));
      assert.deepEqual(problems, []);
      assert.deepEqual(
        interfaces.map((one) => one.name),
        whole.interfaces.map((one) => one.name),
      );
      const outside = ({
        timeNs,
        interface: place,
        originalLength,
        direction,
        packetId,
      }: (typeof records)[0]) => [timeNs, place, originalLength, direction, packetId].join();
      assert.deepEqual(records.map(outside), whole.records.map(outside));
      const headers = (bytes: Uint8Array, length: number) =>
        decodeFrame(bytes, length).layers.filter(({ kind }) => kind !== 'payload');
      let cut = 0;
      for (const [at, { bytes, originalLength }] of records.entries()) {
        if (bytes.length < whole.records[at]!.bytes.length) cut += 1;
        const kinds = (of: Uint8Array) =>
          headers(of, originalLength).map(({ kind, end }) => `${kind} ${end}`);
        assert.deepEqual(kinds(bytes), kinds(whole.records[at]!.bytes));
        assert.ok(decodeFrame(bytes, originalLength).layers.every(({ kind }) => kind !== 'payload'));
      }
      assert.ok(cut > 0);
    });

    it('with other addresses has none of the plan, neither in frames nor in its own records', () => {
      const addresses = new AddressReplacement(Math.random);
      const bytes = written({ payload: 'none', addresses });
      const { records, interfaces, names } = readPcapng(bytes);
      const real = new Set<Ipv4>([
        ...ports.map(({ address }) => address),
        ...plan.services.map(({ vip }) => vip),
      ]);
      const replaced = new Set([...real].map((one) => addresses.ipv4(one)));
      const macs = new Set<Mac>(ports.map(({ mac }) => addresses.mac(mac)));
      for (const { address } of names) assert.ok(replaced.has(address), formatIpv4(address));
      for (const { ipv4, mac } of interfaces) assert.ok(replaced.has(ipv4!.address) && macs.has(mac!));
      for (const { bytes: frame, originalLength } of records)
        for (const layer of decodeFrame(frame, originalLength).layers) {
          if (layer.kind === 'ethernet') assert.ok(macs.has(layer.source));
          if (layer.kind === 'ipv4') assert.ok(replaced.has(layer.source) && replaced.has(layer.destination));
          if (layer.kind === 'arp') assert.ok(replaced.has(layer.senderIp) && replaced.has(layer.targetIp));
        }
      // A replacement may happen to be an address of the plan.
      const inText = [...real].filter((one) => !replaced.has(one)).map(formatIpv4);
      const said = records.flatMap(({ comments }) => comments).join('\n');
      assert.ok(said.includes('→'));
      for (const text of [...inText, ...ports.map(({ mac }) => formatMac(mac))])
        assert.ok(!said.split(/[\s:,]/).includes(text) || text.includes(':'), text);
      for (const { mac } of ports) assert.ok(!said.includes(formatMac(mac)));
    });
  });
