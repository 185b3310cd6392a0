import { parsePolicy } from '../../shared/policy-file';
import { webhookSourceOf } from '../../shared/webhooks/registry';
import type { Posting } from '../fixtures/webhooks/delivery-world';
import { createSenderWorld } from '../fixtures/webhooks/sender-world';
import { policyOf, postingOf, textOf, type VendorSender } from '../fixtures/webhooks/vendor-senders';
import { changed, nodesOf, toForm, toJson, toMarkup, toTags, toTree, type Tree } from './json-tree';

/** How much longer the tenfold takes, at worst: about 10 where time is linear, 100 where it is quadratic. */
export type Growth = Readonly<{ worst: number; violation: string | undefined }>;

export const NO_GROWTH: Growth = { worst: 0, violation: undefined };

const LARGE_BYTES = 400_000;
const SMALL_BYTES = LARGE_BYTES / 10;
/** What takes less at full size is not slow, and too short to compare. */
const WORTH_COMPARING_MS = 40;
const MOST_GROWTH = 70;
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

type Shape = Readonly<{ title: string; bodyOf: (bytes: number) => string; type?: string }>;

/** Has every part of a delivery grow large, and to a tenth of that, and compares the times that the processor took. */
export async function slowestGrowth(sender: VendorSender): Promise<Growth> {
  const policy = parsePolicy(policyOf(sender), 'policy.yaml');
  const timeOf = async (shape: Shape, bytes: number): Promise<number> => {
    const headers = shape.type === undefined ? {} : { 'content-type': shape.type };
    const posting: Posting = postingOf(sender, { body: shape.bodyOf(bytes), headers });
    const world = createSenderWorld(sender, { policy });
    const started = process.cpuUsage();
    await world.deliver(posting).catch(() => undefined);
    return process.cpuUsage(started).user / 1_000;
  };
  /** Of three, as the first run of anything costs more. */
  const bestOf = async (shape: Shape, bytes: number): Promise<number> =>
    Math.min(await timeOf(shape, bytes), await timeOf(shape, bytes), await timeOf(shape, bytes));

  let worst = 0;
  const faults: string[] = [];
  for (const shape of shapesOf(sender)) {
    if ((await timeOf(shape, LARGE_BYTES)) < WORTH_COMPARING_MS) continue;
    const large = await bestOf(shape, LARGE_BYTES);
    const small = await bestOf(shape, SMALL_BYTES);
    const growth = large / Math.max(small, 1);
    if (large >= WORTH_COMPARING_MS) worst = Math.max(worst, growth);
    if (large >= WORTH_COMPARING_MS && growth > MOST_GROWTH)
      faults.push(`${shape.title}: ${large.toFixed(0)} ms, a tenth of it ${small.toFixed(1)} ms`);
  }
  return { worst, violation: faults.length === 0 ? undefined : faults.join('; ') };
}

function shapesOf(sender: VendorSender): readonly Shape[] {
  const isXml = sender.bodyType === 'xml';
  const tree = isXml ? toTags(textOf(sender)) : toTree(sender.body);
  const write = isXml ? toMarkup : toJson;
  const places = nodesOf(tree).map((_node, at) => at);
  const isForm = webhookSourceOf(sender.feed, sender.format)?.bodyTypes.includes(
    'application/x-www-form-urlencoded',
  );
  const ofPlaces = places.flatMap((at): readonly Shape[] => [
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
  const whole = units.map((unit): Shape => ({
    title: `nothing but ${JSON.stringify(unit)}`,
    bodyOf: (bytes) => unit.repeat(Math.floor(bytes / unit.length)),
  }));
  return [...ofPlaces, ...whole, ...(isForm === true ? formsOf(sender) : [])];
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
