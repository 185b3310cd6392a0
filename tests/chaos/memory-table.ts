import type { TableClient } from '@azure/data-tables';

type Entity = Record<string, unknown> & { partitionKey: string; rowKey: string };
type Row = Readonly<{ entity: Entity; etag: string }>;
type Action = readonly [kind: string, entity: Entity, mode?: string, options?: Readonly<{ etag?: string }>];
type Rows = Map<string, Map<string, Row>>;

/** What a table service answers when it does not do what was asked. */
class TableRefusal extends Error {
  readonly statusCode: number;

  constructor(statusCode: number) {
    super(`The table answers ${statusCode}`);
    this.statusCode = statusCode;
  }
}

/** Made once: a refusal is an everyday answer, and where it was thrown tells nothing. */
export const REFUSED = {
  missing: new TableRefusal(404),
  exists: new TableRefusal(409),
  changed: new TableRefusal(412),
} as const;

/** The table operations that the application uses, without a server: ETags, transactions within a partition, key ranges. */
export function createMemoryTable(): TableClient {
  const rows: Rows = new Map();
  let writes = 0;

  const partition = (key: string): Map<string, Row> => {
    const known = rows.get(key) ?? new Map<string, Row>();
    rows.set(key, known);
    return known;
  };
  const put = (entity: Entity): Row => {
    writes += 1;
    const row = { entity: { ...entity }, etag: `W/"${writes}"` };
    partition(entity.partitionKey).set(entity.rowKey, row);
    return row;
  };

  const apply = ([kind, entity, mode = 'Merge', { etag = '*' } = {}]: Action): Row | undefined => {
    const known = partition(entity.partitionKey).get(entity.rowKey);
    const merged = mode === 'Merge' && known !== undefined ? { ...known.entity, ...entity } : entity;
    if (kind === 'create' && known !== undefined) throw REFUSED.exists;
    if (kind === 'create' || kind === 'upsert') return put(merged);
    if (known === undefined) throw REFUSED.missing;
    if (etag !== '*' && etag !== known.etag) throw REFUSED.changed;
    if (kind === 'update') return put(merged);
    partition(entity.partitionKey).delete(entity.rowKey);
    return undefined;
  };

  const transact = (actions: readonly Action[]): ReadonlyArray<Row | undefined> => {
    const [first] = actions;
    const before = new Map(partition(first?.[1].partitionKey ?? ''));
    try {
      return actions.map(apply);
    } catch (error) {
      rows.set(first?.[1].partitionKey ?? '', before);
      throw error;
    }
  };

  const query = (filter: string | undefined): readonly Entity[] => {
    const all = conditionsOf(filter);
    const only = all.find(({ property, operator }) => property === 'partitionKey' && operator === 'eq');
    const conditions = all.filter((condition) => condition !== only);
    const found: Entity[] = [];
    for (const one of only === undefined ? rows.values() : [partition(only.value)])
      for (const row of one.values())
        if (conditions.every((condition) => holds(row.entity, condition))) found.push(answer(row));
    return found.toSorted((a, b) => compare(a.partitionKey, b.partitionKey) || compare(a.rowKey, b.rowKey));
  };

  const one = async (...action: Action): Promise<Readonly<{ etag: string | undefined }>> => ({
    etag: apply(action)?.etag,
  });

  const client = {
    createTable: async () => undefined,
    deleteTable: async () => {
      rows.clear();
    },
    getEntity: async (partitionKey: string, rowKey: string) => {
      const row = partition(partitionKey).get(rowKey);
      if (row === undefined) throw REFUSED.missing;
      return answer(row);
    },
    createEntity: async (entity: Entity) => one('create', entity),
    upsertEntity: async (entity: Entity, mode?: string) => one('upsert', entity, mode),
    updateEntity: async (entity: Entity, mode?: string, options?: Readonly<{ etag?: string }>) =>
      one('update', entity, mode, options),
    deleteEntity: async (partitionKey: string, rowKey: string, options?: Readonly<{ etag?: string }>) =>
      one('delete', { partitionKey, rowKey }, undefined, options),
    submitTransaction: async (actions: readonly Action[]) => {
      const results = transact(actions);
      return { subResponses: results.map((row) => ({ etag: row?.etag })) };
    },
    listEntities: ({ queryOptions }: Readonly<{ queryOptions?: Readonly<{ filter?: string }> }> = {}) =>
      pagedRows(async function* ({ maxPageSize }) {
        const listed = query(queryOptions?.filter);
        for (let start = 0; start === 0 || start < listed.length; start += maxPageSize)
          yield listed.slice(start, start + maxPageSize);
      }),
  };
  return client as unknown as TableClient;
}

type PageSettings = Readonly<{ maxPageSize: number }>;

const LARGEST_PAGE = 1_000;

/** What a table client lists: rows one by one, or by pages. */
export function pagedRows<T>(
  byPage: (settings: PageSettings) => AsyncIterable<readonly T[]>,
): AsyncIterable<T> & Readonly<{ byPage: typeof byPage }> {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const page of byPage({ maxPageSize: LARGEST_PAGE })) yield* page;
    },
    byPage,
  };
}

function answer({ entity, etag }: Row): Entity {
  return { ...entity, etag };
}

type Condition = Readonly<{ property: string; operator: string; value: string }>;

/** Comparisons of text joined by `and`: all that the application asks for. */
function conditionsOf(filter: string | undefined): readonly Condition[] {
  return (filter?.split(' and ') ?? []).map((text) => {
    const [, name = '', operator = '', value] = /^(\w+) (eq|ge|gt|le|lt) '([^']*)'$/.exec(text) ?? [];
    if (value === undefined) throw new Error(`A filter that the table in memory does not know: ${text}`);
    const property = name === 'PartitionKey' ? 'partitionKey' : name === 'RowKey' ? 'rowKey' : name;
    return { property, operator, value };
  });
}

function holds(entity: Entity, { property, operator, value }: Condition): boolean {
  const has = String(entity[property]);
  switch (operator) {
    case 'eq':
      return has === value;
    case 'lt':
      return has < value;
    case 'le':
      return has <= value;
    case 'gt':
      return has > value;
    default:
      return has >= value;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
