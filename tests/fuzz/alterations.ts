import type { ByteChange, HeaderChange } from './arbitraries';

type HeaderLine = readonly [name: string, value: string];

export function withBytesChanged(body: Uint8Array, changes: readonly ByteChange[]): Uint8Array {
  return changes.reduce(withBytesChangedOnce, body);
}

function withBytesChangedOnce(body: Uint8Array, change: ByteChange): Uint8Array {
  const at = Math.min(body.length - 1, Math.floor(change.at * body.length));
  if (at < 0) return change.kind === 'insert' ? change.bytes : body;
  const end = at + 1 + Math.floor(change.length * Math.min(32, body.length - at - 1));
  const [before, middle, after] = [body.subarray(0, at), body.subarray(at, end), body.subarray(end)];
  switch (change.kind) {
    case 'flip': {
      const bytes = Uint8Array.from(body);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << change.bit);
      return bytes;
    }
    case 'delete':
      return Buffer.concat([before, after]);
    case 'insert':
      return Buffer.concat([before, change.bytes, middle, after]);
    case 'double':
      return Buffer.concat([before, middle, middle, after]);
    case 'cut':
      return before;
  }
}

/** Headers as a server reads them: blanks around a value are gone, and the values of one name are joined. */
export function withHeadersChanged(lines: readonly HeaderLine[], changes: readonly HeaderChange[]): Headers {
  const altered = changes.reduce(withHeaderChanged, lines);
  const headers = new Headers();
  for (const [name, value] of altered) headers.append(name, value.replaceAll(/[^ -ÿ\t]/g, '.'));
  return headers;
}

function withHeaderChanged(lines: readonly HeaderLine[], change: HeaderChange): readonly HeaderLine[] {
  const index = lines.length === 0 ? 0 : change.at % lines.length;
  return lines.flatMap((line, place): readonly HeaderLine[] => {
    if (place !== index) return [line];
    const [name, value] = line;
    switch (change.kind) {
      case 'remove':
        return [];
      case 'double':
        return [line, [name, change.value ?? value]];
      case 'put':
        return [[name, change.value]];
      case 'turn-case':
        return [[name, value === value.toLowerCase() ? value.toUpperCase() : value.toLowerCase()]];
      case 'pad':
        return [[name, change.before + value + change.after]];
      case 'bytes': {
        const bytes = withBytesChangedOnce(Buffer.from(value, 'latin1'), change.change);
        return [[name, Buffer.from(bytes).toString('latin1')]];
      }
    }
  });
}
