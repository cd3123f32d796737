import { expect, test } from 'vitest';

const sources = import.meta.glob<string>('/src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });

/** The folder a file belongs to: <c>app</c>, <c>components</c>, <c>lib</c> or <c>features/jobs</c>. */
function areaOf(path: string): string {
  const [, , area = '', feature = ''] = path.split('/');
  return area === 'features' ? `features/${feature}` : area;
}

function importsOf(path: string, code: string): string[] {
  return [...code.matchAll(/(?:from|import\() ?'(\.[^']*)'/g)].map(
    ([, target = '']) => new URL(target, `http://x${path}`).pathname,
  );
}

test('a feature uses components and lib, never another feature; those know no feature', () => {
  const allowed = (from: string, to: string) =>
    from === 'app' || from === to || to === 'lib' || (to === 'components' && from !== 'lib');
  const broken = Object.entries(sources).flatMap(([path, code]) =>
    importsOf(path, code)
      .filter(target => !allowed(areaOf(path), areaOf(target)))
      .map(target => `${path} uses ${target}`),
  );
  expect(Object.keys(sources).length).toBeGreaterThan(50);
  expect(broken).toEqual([]);
});

test('no file is so long that it does two things', () => {
  expect(Object.entries(sources).filter(([, code]) => code.split('\n').length > 400)).toEqual([]);
});
