/** The pcapng capture format (draft-ietf-opsawg-pcapng): the two directions, so that callers need one import. */

export { readPcapng } from './pcapng-reader.ts';
export { writePcapng } from './pcapng-writer.ts';
