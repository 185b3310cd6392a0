import { describe, expect, it } from '@jest/globals';
import { TicketUrlSchema } from '../../../shared/policy/ticket-url';

describe('where a ticket is opened', () => {
  it.each([
    'https://acme.atlassian.net/browse/{ticket}',
    'https://t.example?id={ticket}',
    'http://t/#{ticket}',
  ])('may be %s', (url) => {
    expect(TicketUrlSchema.safeParse(url).success).toBe(true);
  });

  it.each([
    'https://{ticket}',
    'https://{ticket}/browse',
    'https://t.example{ticket}',
    'https://{ticket}@t.example/',
    'https://t.example:{ticket}/',
    'https://{ticket}.t.example/{ticket}',
    String.raw`https:\\{ticket}/`,
    'https:{ticket}/',
    'https://t.example/',
    // oxlint-disable-next-line no-script-url
    'javascript:alert({ticket})',
  ])('is not %s: a ticket does not choose the host', (url) => {
    expect(TicketUrlSchema.safeParse(url).success).toBe(false);
  });
});
