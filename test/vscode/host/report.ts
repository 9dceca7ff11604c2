/** What the suite inside the extension host did: full titles. */
export interface HostReport {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly error: string }[];
  /** Rejections that nobody handled while the tests ran. */
  readonly unhandled: readonly string[];
}
