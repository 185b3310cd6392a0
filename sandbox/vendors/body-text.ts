import type { SignedFormat } from './signing';

type Encoding = (said: object) => string;

/** What is not posted as JSON. */
const encodings: Partial<Record<SignedFormat, Encoding>> = {
  rippling: (said) => new URLSearchParams(Object.entries(said)).toString(),
};

/** A body as its vendor writes it. */
export function bodyTextOf(format: SignedFormat, said: object): string {
  return (encodings[format] ?? JSON.stringify)(said);
}
