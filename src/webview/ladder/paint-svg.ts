import { dashes, type Dash, type Face, type Shape } from './shapes.ts';
import { faces, type Theme } from './theme.ts';

/** The same shapes as an SVG document that stands by itself: its own colours, icons as paths, text as text. */
export function paintSvg(
  shapes: readonly Shape[],
  width: number,
  height: number,
  theme: Theme,
  title: string,
): string {
  const body = shapes.map((shape) => svgShape(shape, theme)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escapeXml(title)}">
<title>${escapeXml(title)}</title>
<style>text{dominant-baseline:central;white-space:pre}.halo{paint-order:stroke;stroke:${theme.inks.background};stroke-width:5px;stroke-linejoin:round}${Object.keys(
    faces,
  )
    .map((face) => faceCss(face as Face, theme))
    .join('')}</style>
<rect width="100%" height="100%" fill="${theme.inks.background}"/>
${body}
</svg>
`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0);
    // Control characters are not allowed in XML, not even by number.
    return code < 32 || code === 127 ? '\ufffd' : `&#${code};`;
  });
}

function faceCss(face: Face, { fonts }: Theme): string {
  return `.${face}{font:${fonts[face]}}`;
}

function svgShape(shape: Shape, { inks }: Theme): string {
  switch (shape.kind) {
    case 'line': {
      const { x1, y1, x2, y2, ink, width, dash } = shape;
      return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${inks[ink]}" stroke-width="${width}"${dashAttribute(dash)}/>`;
    }
    case 'polygon': {
      const { points, closed, fill, stroke, width = 1 } = shape;
      const name = closed ? 'polygon' : 'polyline';
      const line = stroke ? ` stroke="${inks[stroke]}" stroke-width="${width}"` : '';
      return `<${name} points="${points.map(round).join(' ')}" fill="${fill ? inks[fill] : 'none'}"${line}/>`;
    }
    case 'circle': {
      const { x, y, radius, fill, stroke } = shape;
      return `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${fill ? inks[fill] : 'none'}"${stroke ? ` stroke="${inks[stroke]}"` : ''}/>`;
    }
    case 'rect': {
      const { x, y, width, height, radius, fill, stroke, dash } = shape;
      return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"${radius ? ` rx="${radius}"` : ''} fill="${fill ? inks[fill] : 'none'}"${stroke ? ` stroke="${inks[stroke]}"` : ''}${dashAttribute(dash)}/>`;
    }
    case 'text': {
      const { x, y, text, ink, face, align, halo } = shape;
      const anchor = align && align !== 'start' ? ` text-anchor="${align}"` : '';
      return `<text x="${round(x)}" y="${round(y)}" class="${halo ? `${face} halo` : face}" fill="${inks[ink]}"${anchor}>${escapeXml(text)}</text>`;
    }
    case 'icon': {
      const { x, y, path, ink } = shape;
      return `<path transform="translate(${round(x)} ${round(y)})" d="${path}" fill="${inks[ink]}"/>`;
    }
  }
}

function dashAttribute(dash: Dash | undefined): string {
  return dash ? ` stroke-dasharray="${dashes[dash].join(' ')}"` : '';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
