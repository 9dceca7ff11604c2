import type { Shape } from './shapes.ts';

/** The same shape further down. */
export function translated(shape: Shape, dy: number): Shape {
  switch (shape.kind) {
    case 'line':
      return { ...shape, y1: shape.y1 + dy, y2: shape.y2 + dy };
    case 'polygon':
      return { ...shape, points: shape.points.map((value, index) => (index % 2 === 1 ? value + dy : value)) };
    case 'circle':
    case 'rect':
    case 'text':
    case 'icon':
      return { ...shape, y: shape.y + dy };
  }
}
