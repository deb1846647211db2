import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync('src/theme/tokens.css', 'utf8');

/** The colours of one theme by name. */
function colours(theme: string): Map<string, string> {
  const block = new RegExp(String.raw`:root\[data-theme='${theme}'\] \{([^}]*)\}`).exec(css)?.[1] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1] ?? '', found[2] ?? '']),
  );
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const TEXT: [string, string][] = [
  ['text', 'page'],
  ['text', 'card'],
  ['text', 'sunken'],
  ['text-soft', 'page'],
  ['text-soft', 'card'],
  ['text-soft', 'sunken'],
  ['accent', 'card'],
  ['accent', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['text', 'accent-soft'],
  ['good', 'good-soft'],
  ['warn', 'warn-soft'],
  ['bad', 'bad-soft'],
  ['bad', 'page'],
];
const GRAPHICS: [string, string][] = [
  ['line-strong', 'card'],
  ['line-strong', 'page'],
  ['phase-pickup', 'card'],
  ['phase-review', 'card'],
  ['phase-merge', 'card'],
  ['series-answer', 'card'],
  ['series-detection', 'card'],
  ['series-combined', 'card'],
  ['bar', 'card'],
  ['warn', 'card'],
  ['accent', 'page'],
];

describe.each(['light', 'dark'])('the %s theme', (theme) => {
  const palette = colours(theme);
  const ratio = (one: string, other: string) =>
    contrast(palette.get(one) ?? '#000000', palette.get(other) ?? '#000000');

  test.each(TEXT)('text: %s on %s has at least 4.5:1 (WCAG 1.4.3)', (one, other) => {
    expect(ratio(one, other)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(GRAPHICS)('graphics: %s on %s has at least 3:1 (WCAG 1.4.11)', (one, other) => {
    expect(ratio(one, other)).toBeGreaterThanOrEqual(3);
  });

  test('phases that touch differ in lightness, for those who see no hue', () => {
    expect(ratio('phase-pickup', 'phase-review')).toBeGreaterThanOrEqual(1.4);
    expect(ratio('phase-review', 'phase-merge')).toBeGreaterThanOrEqual(1.4);
  });

  test('so do lines that cross', () => {
    expect(ratio('series-answer', 'series-detection')).toBeGreaterThanOrEqual(1.4);
    expect(ratio('series-detection', 'series-combined')).toBeGreaterThanOrEqual(1.4);
    expect(ratio('series-combined', 'series-answer')).toBeGreaterThanOrEqual(1.4);
  });
});
