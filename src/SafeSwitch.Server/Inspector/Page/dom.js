// Elements, made of text and never of markup: what a model says is nobody's HTML.

export const $ = id => document.getElementById(id);

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const svgNamespace = 'http://www.w3.org/2000/svg';

function shape(name, attributes) {
  const made = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A share of a whole as a bar, with a mark at a threshold if there is one. Its text says the same. */
export function bar(share, threshold, label) {
  const drawn = shape('svg', { viewBox: '0 0 1000 20', preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  drawn.append(shape('rect', { class: 'track', x: 0, y: 1, width: 1000, height: 18 }));
  drawn.append(shape('rect', { class: threshold !== undefined && share >= threshold ? 'over' : 'bar', x: 0, y: 4, width: 1000 * Math.min(1, share), height: 12 }));
  if (threshold !== undefined) drawn.append(shape('line', { class: 'mark', x1: 1000 * threshold, x2: 1000 * threshold, y1: 0, y2: 20 }));
  return drawn;
}

export const percent = value => value === undefined ? 'not scored' : value.toFixed(4);
