import { describe, expect, it } from '@jest/globals';
import { assert, json, oneof, property, uint8Array } from 'fast-check';
import { AppError } from '../../../shared/errors';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { standardHrSource, standardTicketSource } from '../../../shared/webhooks/sources/own-contract';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { postedJson } from '../../fixtures/webhooks/posted';

describe('the formats of a feed', () => {
  it('are found by name, each in its own feed', () => {
    expect(webhookFormatOf('hr', 'standard')).toBe(standardHrSource);
    expect(webhookFormatOf('ticket', 'standard')).toBe(standardTicketSource);
    expect(webhookFormatOf('hr', 'Standard')).toBeUndefined();
    expect(webhookFormatOf('ticket', 'constructor')).toBeUndefined();
  });
});

describe.each([
  ['hr', standardHrSource],
  ['ticket', standardTicketSource],
])('the standard format of the feed %s', (_feed, source) => {
  it('knows a repetition by the signed id', () => {
    const headers = new Headers({ 'webhook-id': 'unsigned', 'svix-id': 'signed' });
    expect(source.dedupeId({ ...postedJson(''), headers, signedId: 'signed' })).toBe('signed');
  });

  it('answers whatever is sent with a meaning or with a reason', () => {
    const bodies = oneof(
      uint8Array({ maxLength: 200 }),
      json().map((text) => new TextEncoder().encode(text)),
    );
    const codes = new Set<string>();
    assert(
      property(bodies, (body) => {
        codes.add(codeOf(() => source.parse(postedJson(body), PLAIN_MAPPING)));
      }),
    );
    expect([...codes]).toEqual(['body-invalid']);
  });
});

function codeOf(parse: () => unknown): string {
  try {
    return typeof parse();
  } catch (error) {
    return error instanceof AppError ? error.code : `unforeseen: ${String(error)}`;
  }
}
