import { signedHeaders } from '../fakes/signed-delivery';

/** Whether a message is signed with this secret, as its receiver checks. */
export function verifyPosted(
  { headers, body }: Readonly<{ headers: Readonly<Record<string, unknown>>; body: string }>,
  secret: string,
): boolean {
  const id = String(headers['webhook-id']);
  const atMs = Number(headers['webhook-timestamp']) * 1000;
  const expected = signedHeaders(body, { id, atMs, secret });
  return expected['webhook-signature'] === headers['webhook-signature'];
}
