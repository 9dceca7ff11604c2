/** Gives the reader a file, by the browser's own way. */
export function download(name: string, data: Uint8Array): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(new Blob([new Uint8Array(data)]));
  link.click();
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
