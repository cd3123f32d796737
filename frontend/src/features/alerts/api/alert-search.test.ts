import { expect, test } from 'vitest';
import { readAlertSearch, readNewRuleSearch, readRulesSearch, withPart, type AlertSearch } from './alert-search';

test('what the address says about alerts is read, and what is not known is left out', () => {
  expect(readAlertSearch({ state: 'firing', project: 'cv', dismissed: 'all', rule: 'r', subject: 's' })).toEqual({
    state: 'firing',
    project: 'cv',
    dismissed: 'all',
    rule: 'r',
    subject: 's',
  });
  expect(readAlertSearch({ state: 'lost', dismissed: 'some', project: {} })).toEqual({});
  expect(readAlertSearch({ dismissed: 'only' })).toEqual({ dismissed: 'only' });
});

test('what the address says about rules is read', () => {
  expect(readRulesSearch({ state: 'paused', search: 7 })).toEqual({ state: 'paused', search: '7' });
  expect(readRulesSearch({ state: 'firing' })).toEqual({});
  expect(readNewRuleSearch({ project: 'cv', metric: 'val/loss', run: 'r', other: 1 })).toEqual({
    project: 'cv',
    metric: 'val/loss',
    run: 'r',
  });
});

test('a part of a filter is changed, and left out when it is empty', () => {
  const search: AlertSearch = { state: 'firing', project: 'cv' };
  expect(withPart(search, { project: '' })).toEqual({ state: 'firing' });
  expect(withPart(search, { state: undefined, dismissed: 'only' })).toEqual({ project: 'cv', dismissed: 'only' });
});
