/** What we use of the package `cap`, which brings no types and is installed only where libpcap's headers are. */
declare module 'cap' {
  export interface Cap {
    /** Opens for good; frames are copied to the start of `buffer`, one at a time. Throws what libpcap says. */
    open(device: string, filter: string, bufferSize: number, buffer: Uint8Array): string;
    on(event: 'packet', listener: (length: number, truncated: boolean) => void): this;
    /** Sends the first `length` bytes. Synchronous; throws what libpcap says. */
    send(buffer: Uint8Array, length: number): void;
    close(): boolean;
  }
  const addon: { readonly Cap: new () => Cap };
  // What a CommonJS module exports.
  // eslint-disable-next-line no-restricted-syntax
  export default addon;
}
