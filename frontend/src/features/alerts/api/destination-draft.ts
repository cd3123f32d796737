import type { MessageKey } from '../../../lib/i18n/en';
import type { Destination, DestinationRequest } from './destinations';

/** What is typed into the form for a destination. */
export interface DestinationDraft {
  name: string;
  kind: Destination['kind'];
  url: string;
  /** Separated by commas, blanks or lines. */
  recipients: string;
  active: boolean;
}

export const emptyDestination: DestinationDraft = { name: '', kind: 'webhook', url: '', recipients: '', active: true };

/** What the form begins with to change a destination. */
export function destinationDraftOf({ name, kind, url, recipients, active }: Destination): DestinationDraft {
  return { name, kind, url: url ?? '', recipients: recipients?.join('\n') ?? '', active };
}

/** Turns the form into a request. What must be filled in and is not is refused here; the platform checks the rest. */
export function toDestinationRequest(draft: DestinationDraft): {
  request: DestinationRequest;
  errors: Partial<Record<keyof DestinationDraft, MessageKey>>;
} {
  const { name, kind, active } = draft;
  const errors: Partial<Record<keyof DestinationDraft, MessageKey>> = {};
  if (name.trim() === '') {
    errors.name = 'submit.name.missing';
  }
  if (kind === 'webhook') {
    const url = draft.url.trim();
    if (url === '') {
      errors.url = 'destination.url.missing';
    }
    return { request: { name, kind, active, url }, errors };
  }
  const recipients = draft.recipients.split(/[\s,;]+/).filter(one => one !== '');
  if (recipients.length === 0) {
    errors.recipients = 'destination.recipients.missing';
  }
  return { request: { name, kind, active, recipients }, errors };
}
