const DURATION_MS = 520;

/** For which hop something last moved. */
let moved: string | undefined;

/**
 * Has an element come along a way to where it is, once for each key; where motion is not welcome it is simply there.
 * @param way Points in the picture's own pixels, the last of them where the element is.
 */
export function glide(
  element: Element | undefined,
  key: string,
  way: readonly (readonly [x: number, y: number])[],
): void {
  if (!element || moved === key) return;
  moved = key;
  element.scrollIntoView({ block: 'nearest' });
  if (way.length < 2 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const lengths = way.map(([x, y], index) => {
    const [fromX, fromY] = way[Math.max(0, index - 1)]!;
    return Math.abs(x - fromX) + Math.abs(y - fromY);
  });
  const whole = lengths.reduce((sum, length) => sum + length, 0);
  let done = 0;
  const frames = way.map(([x, y], index) => {
    done += lengths[index]!;
    return {
      transform: `translate(${x}px, ${y}px)`,
      offset: whole === 0 ? index / (way.length - 1) : done / whole,
    };
  });
  element.animate(frames, { duration: DURATION_MS, easing: 'ease-in-out' });
}
