import { AppError } from '../errors';

const mostPairs = 2_000;
const deepestNesting = 8;
const AMPERSAND = 0x26;

type Branch = Map<string, string | Branch>;

/**
 * Reads a body of `application/x-www-form-urlencoded` as the object it stands for: `a[b]=1` is `{ a: { b: '1' } }`, and
 * keys that are all numbers make a list. The last of two equal keys counts.
 *
 * @throws AppError `body-invalid`; the message never holds a part of the body
 */
export function parseFormBody(rawBody: Uint8Array): unknown {
  if (hasMoreThan(mostPairs, rawBody))
    throw new AppError('body-invalid', `The form has more than ${mostPairs} fields`);
  const root: Branch = new Map();
  for (const [name, value] of new URLSearchParams(decode(rawBody))) setAt(root, stepsOf(name), value);
  return toValue(root, false);
}

/** Counted in the bytes: a million fields take seconds to be listed. */
function hasMoreThan(pairs: number, rawBody: Uint8Array): boolean {
  let separators = 0;
  for (let at = rawBody.indexOf(AMPERSAND); at !== -1; at = rawBody.indexOf(AMPERSAND, at + 1)) {
    separators += 1;
    if (separators >= pairs) return true;
  }
  return false;
}

function decode(rawBody: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
  } catch (cause) {
    throw new AppError('body-invalid', 'The body is not UTF-8', { cause });
  }
}

/** `data[changedFields][0]` is three steps. A name whose brackets do not close is one. */
function stepsOf(name: string): readonly string[] {
  const open = name.indexOf('[');
  if (open <= 0 || !name.endsWith(']')) return [name];
  const steps = [name.slice(0, open), ...name.slice(open + 1, -1).split('][')];
  if (steps.length > deepestNesting)
    throw new AppError('body-invalid', `The form is nested deeper than ${deepestNesting} levels`);
  return steps;
}

function setAt(root: Branch, steps: readonly string[], value: string): void {
  let branch = root;
  for (const step of steps.slice(0, -1)) {
    const known = branch.get(step);
    const next: Branch = known instanceof Map ? known : new Map();
    branch.set(step, next);
    branch = next;
  }
  const last = steps.at(-1) ?? '';
  branch.set(last === '' ? String(branch.size) : last, value);
}

/** Own members only, also for names such as `__proto__`. */
function toValue(branch: Branch, mayBeList: boolean): unknown {
  const entries = [...branch].map(([key, value]): [string, unknown] => [
    key,
    value instanceof Map ? toValue(value, true) : value,
  ]);
  if (!mayBeList || !entries.every(([key]) => /^\d{1,4}$/.test(key))) return Object.fromEntries(entries);
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
}
