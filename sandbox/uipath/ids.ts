import { createHash } from 'node:crypto';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const COUNTER_HEX_DIGITS = 12;

/** Makes identifiers; unique even when the random source always answers the same. */
export type Ids = Readonly<{ guid: () => string; token: (bytes: number) => string }>;

export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** The same text gives the same GUID, so that a seed has the same ids in every run. */
export function guidOf(text: string): string {
  return dashed(createHash('sha256').update(text).digest('hex').slice(0, 32));
}

export function createIds(random: () => number): Ids {
  let made = 0;
  const hex = (bytes: number): string =>
    Array.from({ length: bytes }, () =>
      Math.floor(random() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('');
  const counter = (): string => {
    made += 1;
    return made.toString(16).padStart(COUNTER_HEX_DIGITS, '0');
  };
  return {
    guid: () => dashed(hex(10) + counter()),
    token: (bytes) => Buffer.from(hex(bytes) + counter(), 'hex').toString('base64url'),
  };
}

function dashed(digits: string): string {
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}
