import { deriveConsoleKeys } from '../../shared/console/session-and-form-tokens';
import { keyInSecret } from '../../shared/domain/secret-form-and-faults';
import { errorCodeOf } from '../../shared/errors';
import { parseEvidenceKeys } from '../../shared/secrets/evidence-key';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Keys that somebody in a hurry stores. */
export const secretsThatCanBeGuessed: ReadonlyArray<readonly [id: string, secret: string]> = [
  ['empty', ''],
  ['a-word', 'password'],
  ['zeros', base64(Buffer.alloc(32))],
  ['one-byte', base64(Buffer.alloc(32, 7))],
  ['short', base64(Buffer.from('shortkey'))],
];

/** What is wrong with a text as the key of the console, of the evidence and of a sender that signs. */
export function faultInKeys(secret: string): ReadonlyArray<string | undefined> {
  const read = keyInSecret({ form: 'whsec' }, `whsec_${secret}`);
  return [
    faultOf(() => deriveConsoleKeys({ current: secret })),
    faultOf(() => parseEvidenceKeys(secret)),
    'fault' in read ? read.fault : undefined,
  ];
}

function faultOf(use: () => unknown): string | undefined {
  try {
    use();
    return undefined;
  } catch (error) {
    return errorCodeOf(error);
  }
}
