/** JSON as it is written: members keep their order and may stand twice, `raw` is a token that need not be one. */
export type Tree =
  | Readonly<{ kind: 'object'; members: ReadonlyArray<readonly [name: string, value: Tree]> }>
  | Readonly<{ kind: 'list'; entries: readonly Tree[] }>
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'raw'; token: string }>;

/** One change to the node that is `at` places into the tree, counted round and round. */
export type TreeChange = Readonly<{ at: number }> &
  (
    | Readonly<{ kind: 'put'; tree: Tree }>
    | Readonly<{ kind: 'drop' }>
    | Readonly<{ kind: 'repeat'; times: number }>
    | Readonly<{ kind: 'rename'; name: string }>
    | Readonly<{ kind: 'add'; name: string; tree: Tree }>
    | Readonly<{ kind: 'wrap'; levels: number }>
    | Readonly<{ kind: 'retype' }>
    | Readonly<{ kind: 'copy'; from: number }>
    | Readonly<{ kind: 'grow'; unit: string; times: number }>
  );

type Slot = Readonly<{ name: string; tree: Tree }>;

export function toTree(value: unknown): Tree {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (Array.isArray(value)) return { kind: 'list', entries: value.map(toTree) };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'object',
      members: Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, toTree(member)] as const),
    };
  return { kind: 'raw', token: JSON.stringify(value) };
}

export function toJson(tree: Tree): string {
  switch (tree.kind) {
    case 'object':
      return `{${tree.members.map(([name, value]) => `${JSON.stringify(name)}:${toJson(value)}`).join(',')}}`;
    case 'list':
      return `[${tree.entries.map(toJson).join(',')}]`;
    case 'text':
      return JSON.stringify(tree.text);
    case 'raw':
      return tree.token;
  }
}

/** The pairs of a form: `a[b][0]`. */
export function toForm(tree: Tree, name = ''): ReadonlyArray<readonly [string, string]> {
  const below = (step: string): string => (name === '' ? step : `${name}[${step}]`);
  switch (tree.kind) {
    case 'object':
      return tree.members.flatMap(([step, value]) => toForm(value, below(step)));
    case 'list':
      return tree.entries.flatMap((value, index) => toForm(value, below(String(index))));
    case 'text':
      return [[name, tree.text]];
    case 'raw':
      return [[name, tree.token]];
  }
}

/** Markup as a list of its tags and of the texts between them, which a change moves, repeats or leaves out. */
export function toTags(markup: string): Tree {
  const entries = (markup.match(/<[^>]*>|[^<]+/g) ?? []).map((text): Tree => ({ kind: 'text', text }));
  return { kind: 'list', entries };
}

export function toMarkup(tags: Tree): string {
  return nodesOf(tags).map(writtenAs).join('');
}

function writtenAs(tree: Tree): string {
  if (tree.kind === 'text') return tree.text;
  return tree.kind === 'raw' ? tree.token : '';
}

export function changed(tree: Tree, change: TreeChange): Tree {
  const nodes = nodesOf(tree);
  const at = change.at % nodes.length;
  const other = change.kind === 'copy' ? nodes[change.from % nodes.length] : undefined;
  const [first] = edited({ name: '', tree }, at, (slot) => slotsAfter(slot, change, other)).slots;
  return first?.tree ?? { kind: 'raw', token: 'null' };
}

export function nodesOf(tree: Tree): readonly Tree[] {
  return [tree, ...childrenOf(tree).flatMap((slot) => nodesOf(slot.tree))];
}

function childrenOf(tree: Tree): readonly Slot[] {
  if (tree.kind === 'object') return tree.members.map(([name, value]) => ({ name, tree: value }));
  return tree.kind === 'list' ? tree.entries.map((value) => ({ name: '', tree: value })) : [];
}

function withChildren(tree: Tree, slots: readonly Slot[]): Tree {
  if (tree.kind === 'object')
    return { kind: 'object', members: slots.map((slot) => [slot.name, slot.tree] as const) };
  return tree.kind === 'list' ? { kind: 'list', entries: slots.map((slot) => slot.tree) } : tree;
}

/** Walks in the order of `nodesOf`; `left` is how many nodes there are still to pass. */
function edited(
  slot: Slot,
  left: number,
  edit: (slot: Slot) => readonly Slot[],
): Readonly<{ slots: readonly Slot[]; left: number }> {
  if (left === 0) return { slots: edit(slot), left: -1 };
  let rest = left - 1;
  const children = childrenOf(slot.tree).flatMap((child) => {
    if (rest < 0) return [child];
    const result = edited(child, rest, edit);
    rest = result.left;
    return result.slots;
  });
  return { slots: [{ ...slot, tree: withChildren(slot.tree, children) }], left: rest };
}

function slotsAfter(slot: Slot, change: TreeChange, other: Tree | undefined): readonly Slot[] {
  const { name, tree } = slot;
  switch (change.kind) {
    case 'put':
      return [{ name, tree: change.tree }];
    case 'drop':
      return [];
    case 'repeat':
      return Array.from({ length: change.times }, () => slot);
    case 'rename':
      return [{ name: change.name, tree }];
    case 'add':
      return [{ name, tree: withChildren(tree, [...childrenOf(tree), change]) }];
    case 'wrap':
      return [{ name, tree: wrapped(tree, change.levels) }];
    case 'retype':
      return [{ name, tree: retyped(tree) }];
    case 'copy':
      return [{ name, tree: other ?? tree }];
    case 'grow':
      return [{ name, tree: { kind: 'text', text: textOf(tree) + change.unit.repeat(change.times) } }];
  }
}

function wrapped(tree: Tree, levels: number): Tree {
  let around = tree;
  for (let level = 0; level < levels; level += 1)
    around =
      level % 2 === 0
        ? { kind: 'list', entries: [around] }
        : { kind: 'object', members: [['value', around]] };
  return around;
}

/** A number as text, a text as a number where it is one, a list for one of a kind. */
function retyped(tree: Tree): Tree {
  if (tree.kind === 'raw') return { kind: 'text', text: tree.token };
  if (tree.kind === 'text' && /^-?\d+$/.test(tree.text)) return { kind: 'raw', token: tree.text };
  return { kind: 'list', entries: [tree] };
}

function textOf(tree: Tree): string {
  return tree.kind === 'text' ? tree.text : '';
}
