import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { LogLine } from './log-line';

test('all words that are searched for are marked, also within colours', () => {
  const text = 'step 217 has a \u001b[31mQuetzal\u001b[0m in it';
  const html = renderToStaticMarkup(
    <LogLine number={1} text={text} marked={false} highlight={['quetzal', '217']} onLink={() => undefined} />,
  );
  expect([...html.matchAll(/<mark>(.*?)<\/mark>/g)].map(([, marked]) => marked)).toEqual(['217', 'Quetzal']);
});
