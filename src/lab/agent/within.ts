const PATIENCE_MS = 15_000;

/** The promise, or an error when it takes too long. */
export async function within<Result>(promise: Promise<Result>, failure: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(failure)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
