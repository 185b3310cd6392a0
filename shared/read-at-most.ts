/**
 * The body of an HTTP answer as text, counted as it comes and after it was decompressed. undefined: it has more than `mostBytes`, and the
 * rest is not read.
 */
export async function readAtMost({ body }: Response, mostBytes: number): Promise<string | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    const chunk: unknown = part.value;
    if (!(chunk instanceof Uint8Array)) throw new TypeError('The answer is no stream of bytes');
    bytes += chunk.length;
    if (bytes > mostBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
