import { expect, it } from '@jest/globals';
import type { Feed } from '../../../shared/domain/policy';
import { proofOfOrigin, type ProofOfOrigin } from '../../../shared/webhooks/proof-of-origin';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';

it.each<readonly [Feed, string, 'entra' | 'fetchBack' | undefined, ProofOfOrigin]>([
  ['hr', 'standard', undefined, 'signature'],
  ['hr', 'hibob', 'fetchBack', 'signature'],
  ['hr', 'standard-token', undefined, 'token'],
  ['hr', 'personio', 'fetchBack', 'token-and-look-up'],
  ['ticket', 'power-automate', 'entra', 'identity'],
  ['hr', 'entra-lifecycle-workflows', 'entra', 'identity'],
])('%s of %s with %s proves itself by %s', (feed, format, has, proof) => {
  const credential = webhookFormatOf(feed, format)?.credential ?? { trust: 'identity' };
  const settings = { entra: undefined, fetchBack: undefined, ...(has === undefined ? {} : { [has]: {} }) };
  expect(proofOfOrigin(credential, settings)).toBe(proof);
});
