import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

/** Styles set through the object model: the page's policy forbids `style` attributes. */
class StyleDirective extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('Put it where an attribute could stand.');
  }

  override render(_styles: Readonly<Record<string, string>>): void {
    // Nothing to put into the template.
  }

  override update(part: ElementPart, [styles]: [Readonly<Record<string, string>>]): void {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(styles)) style.setProperty(name, value);
  }
}

/** `<div ${styled({ width: '10px', '--share': '0.5' })}>`. */
export const styled = directive(StyleDirective);
