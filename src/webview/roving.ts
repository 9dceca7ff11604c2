/** Containers that bear this attribute are one tab stop each: Tab enters and leaves, arrow keys go on. */
const BAR = '[data-roving]';

/** Leaves one control of each bar below `root` to Tab: the one that has focus, had it last, or is first. */
export function rove(root: ParentNode): void {
  for (const bar of root.querySelectorAll(BAR)) settle(bar);
}

function settle(bar: Element, wanted?: HTMLElement): void {
  const controls = controlsOf(bar);
  const current =
    wanted ??
    controls.find((one) => one === document.activeElement) ??
    controls.find((one) => one.getAttribute('tabindex') === '0') ??
    controls[0];
  for (const one of bar.querySelectorAll('button')) {
    const index = one === current ? '0' : '-1';
    if (one.getAttribute('tabindex') !== index) one.setAttribute('tabindex', index);
  }
}

/** Those that are on show: in a narrow panel some are not. */
function controlsOf(bar: Element): HTMLElement[] {
  return [...bar.querySelectorAll<HTMLElement>('button')].filter((one) => one.checkVisibility());
}

/** Arrow keys, Home and End within the bars below `root`. */
export function followRoving(root: HTMLElement): void {
  root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target as HTMLElement;
    const bar = at.closest(BAR);
    const next = bar && nextOf(controlsOf(bar), at, event.key);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    settle(bar, next);
    next.focus();
  });
}

function nextOf(controls: readonly HTMLElement[], at: HTMLElement, key: string): HTMLElement | undefined {
  const step = ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 } as const)[key];
  if (step) return controls[(controls.indexOf(at) + step + controls.length) % controls.length];
  return key === 'Home' ? controls[0] : key === 'End' ? controls.at(-1) : undefined;
}
