import { expect, test } from 'vitest';
import { destinationDraftOf, emptyDestination, toDestinationRequest } from './destination-draft';
import type { Destination } from './destinations';

test('a webhook is sent with its address, a mail with its recipients', () => {
  const typed = {
    ...emptyDestination,
    name: 'team',
    url: ' https://example.org/hook ',
    recipients: 'a@x.org, b@x.org',
  };
  expect(toDestinationRequest(typed)).toEqual({
    request: { name: 'team', kind: 'webhook', active: true, url: 'https://example.org/hook' },
    errors: {},
  });
  expect(toDestinationRequest({ ...typed, kind: 'mail', recipients: 'a@x.org,\nb@x.org; c@x.org ' })).toEqual({
    request: { name: 'team', kind: 'mail', active: true, recipients: ['a@x.org', 'b@x.org', 'c@x.org'] },
    errors: {},
  });
});

test('what must be filled in and is not is refused', () => {
  expect(toDestinationRequest(emptyDestination).errors).toEqual({
    name: 'submit.name.missing',
    url: 'destination.url.missing',
  });
  expect(toDestinationRequest({ ...emptyDestination, name: 'x', kind: 'mail', recipients: ' , ' }).errors).toEqual({
    recipients: 'destination.recipients.missing',
  });
});

test('a destination that is opened and saved stays as it is', () => {
  const mail = { name: 'ops', kind: 'mail', url: null, recipients: ['a@x.org', 'b@x.org'], active: false };
  expect(toDestinationRequest(destinationDraftOf(mail as unknown as Destination)).request).toEqual({
    name: 'ops',
    kind: 'mail',
    recipients: ['a@x.org', 'b@x.org'],
    active: false,
  });
});
