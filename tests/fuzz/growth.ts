import { parsePolicy } from '../../shared/policy/parse-policy';
import { webhookFormatOf } from '../../shared/webhooks/format-registry';
import type { Posting } from '../fixtures/webhooks/delivery-world';
import { createSenderWorld } from '../fixtures/webhooks/sender-world';
import { policyOf, postingOf, textOf, type VendorSender } from '../fixtures/webhooks/vendor-senders';
import { changed, nodesOf, toForm, toJson, toMarkup, toTags, toTree, type Tree } from './json-tree';

/** How much longer four times as much takes, at worst: about 4 where time is linear, 16 where it is quadratic. */
export type Growth = Readonly<{ worst: number; violation: string | undefined }>;

export const NO_GROWTH: Growth = { worst: 0, violation: undefined };

const TIMES = 4;
/** A power of 1.66: collecting the garbage of a large body makes a line longer than 4. */
const MOST_GROWTH = 10;
/** What takes less at full size is not slow, and its quarter too short to compare. */
const WORTH_COMPARING_MS = 60;
/** A busy machine makes one measurement long, and seldom each of so many. */
const FEWEST_LOOKS = 2;
const MOST_LOOKS = 4;
const units = [
  'a',
  ' ',
  '0',
  '\n',
  '[',
  '{',
  '@',
  '.',
  ',',
  '\\',
  '### ',
  'P1D',
  'T00:00:00.0',
  '&a=',
  '<a>',
  '<!--',
  '&amp;',
];

/** A part of what is sent that can be made as long as one likes. */
export type Shape = Readonly<{ title: string; bodyOf: (bytes: number) => string; type?: string }>;

/** Has every part of a delivery grow large, and to a quarter of that, and compares the times that the processor took. */
export async function slowestGrowth(sender: VendorSender): Promise<Growth> {
  const policy = parsePolicy(policyOf(sender), 'policy.yaml');
  return compareTimes(shapesOf(sender), 400_000, async (body, { type }) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const posting: Posting = postingOf(sender, { body, headers });
    const world = createSenderWorld(sender, { policy });
    return async () => world.deliver(posting).catch(() => undefined);
  });
}

/** `prepare` is not timed; what it returns is. */
export async function compareTimes<S extends Shape>(
  shapes: readonly S[],
  largeBytes: number,
  prepare: (body: string, shape: S) => Promise<() => Promise<unknown>>,
  spentMs = processorMs,
): Promise<Growth> {
  const timeOf = async (shape: S, bytes: number): Promise<number> => {
    const act = await prepare(shape.bodyOf(bytes), shape);
    const startedMs = spentMs();
    await act();
    return spentMs() - startedMs;
  };
  let worst = 0;
  const faults: string[] = [];
  for (const shape of shapes) {
    let large = await timeOf(shape, largeBytes);
    let small = Infinity;
    const isOpen = (looks: number): boolean =>
      large >= WORTH_COMPARING_MS && (looks < FEWEST_LOOKS || (looks < MOST_LOOKS && isSlow(large, small)));
    for (let looks = 0; isOpen(looks); looks += 1) {
      large = Math.min(large, await timeOf(shape, largeBytes));
      small = Math.min(
        small,
        await timeOf(shape, largeBytes / TIMES),
        await timeOf(shape, largeBytes / TIMES),
      );
    }
    if (large < WORTH_COMPARING_MS) continue;
    worst = Math.max(worst, large / small);
    if (isSlow(large, small))
      faults.push(`${shape.title}: ${large.toFixed(0)} ms, a quarter of it ${small.toFixed(1)} ms`);
  }
  return { worst, violation: faults.length === 0 ? undefined : faults.join('; ') };
}

/** Both kinds: the kernel counts their sum exactly, and tells them apart by samples. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function isSlow(large: number, small: number): boolean {
  return large / small > MOST_GROWTH;
}

function shapesOf(sender: VendorSender): readonly Shape[] {
  const isXml = sender.bodyType === 'xml';
  const isForm = webhookFormatOf(sender.feed, sender.format)?.bodyTypes.includes(
    'application/x-www-form-urlencoded',
  );
  return [
    ...shapesOfTree(isXml ? toTags(textOf(sender)) : toTree(sender.body), isXml ? toMarkup : toJson),
    ...units.map((unit): Shape => ({
      title: `nothing but ${JSON.stringify(unit)}`,
      bodyOf: (bytes: number) => unit.repeat(Math.floor(bytes / unit.length)),
    })),
    ...(isForm === true ? formsOf(sender) : []),
  ];
}

/** A body with each of its parts in turn made long, of many members, or of many entries. */
export function shapesOfTree(tree: Tree, write: (tree: Tree) => string): readonly Shape[] {
  return nodesOf(tree).flatMap((_node, at): readonly Shape[] => [
    ...(isLeaf(nodeAt(tree, at)) ? units : []).map((unit) => ({
      title: `place ${at} of ${JSON.stringify(unit)}`,
      bodyOf: (bytes: number) => {
        const times = Math.floor(bytes / JSON.stringify(unit).length);
        return write(changed(tree, { kind: 'grow', at, unit, times }));
      },
    })),
    {
      title: `place ${at} of many members`,
      bodyOf: (bytes) => write(changed(tree, { kind: 'put', at, tree: manyMembers(bytes) })),
    },
    {
      title: `place ${at} of many entries`,
      bodyOf: (bytes) =>
        write(changed(tree, { kind: 'put', at, tree: manyEntries(bytes, nodeAt(tree, at)) })),
    },
  ]);
}

function formsOf(sender: VendorSender): readonly Shape[] {
  const type = 'application/x-www-form-urlencoded';
  const own = new URLSearchParams(
    toForm(toTree(sender.body)).map(([name, value]): [string, string] => [name, value]),
  ).toString();
  return ['&a=1', '&a[]=1', '&a[b][c]=1', '[', '%', '%41', '+', '&'].map((unit) => ({
    title: `a form with ${unit}`,
    type,
    bodyOf: (bytes) => own + unit.repeat(Math.floor(bytes / unit.length)),
  }));
}

/** A text or a token, and no tag. */
function isLeaf(tree: Tree): boolean {
  return tree.kind === 'raw' || (tree.kind === 'text' && !tree.text.startsWith('<'));
}

function nodeAt(tree: Tree, at: number): Tree {
  return nodesOf(tree)[at] ?? tree;
}

function manyMembers(bytes: number): Tree {
  return {
    kind: 'object',
    members: Array.from({ length: Math.floor(bytes / 12) }, (_, index) => [
      `m${index}`,
      { kind: 'raw', token: '1' },
    ]),
  };
}

/** A list of what stood there, again and again. */
function manyEntries(bytes: number, tree: Tree): Tree {
  const entry = tree.kind === 'list' ? (tree.entries[0] ?? tree) : tree;
  const times = Math.max(1, Math.floor(bytes / (toJson(entry).length + 1)));
  return { kind: 'list', entries: Array.from({ length: times }, () => entry) };
}
