import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { HumanDecider } from '../../domain/decider';
import {
  CHANGE_KINDS,
  PLAN_KINDS,
  type AskedForPlan,
  type ComputedPlan,
  type PlanDecision,
  type ProposedPlan,
  type ProposedPlanHead,
} from '../../domain/desk/proposed-plan';
import { AppError } from '../../errors';
import { createRecordTable } from '../record-table';
import { parseJson } from '../record-encoding';
import type { StorageAccount } from '../storage-account';
import { undefinedIfMissing } from '../storage-errors';
import { untold } from '../unreadable-rows';
import { HumanDeciderSchema, PersonSchema } from './decider-schema';

/** Plans that operators have proposed, for a day, or have decided to carry out. */
export type ProposedPlans = Readonly<{
  /** In no order. What cannot be read is told and passed over. */
  list: (organization: string) => Promise<readonly ProposedPlanHead[]>;
  /** @throws AppError `record-unreadable`, also where what it would do is not as it was written */
  get: (organization: string, hash: string) => Promise<ProposedPlan | undefined>;
  /** Puts a plan unless the same was decided already. Returns whether it did. */
  propose: (organization: string, plan: ProposedPlan) => Promise<boolean>;
  /**
   * Changes the state of a plan that is still as `decide` sees it; a decision that returns undefined changes nothing.
   * @throws AppError `storage-conflict` when somebody else changed it at the same time
   */
  change: (
    organization: string,
    hash: string,
    decide: (head: ProposedPlanHead) => ProposedPlanHead | undefined,
  ) => Promise<ProposedPlanHead | undefined>;
  /**
   * Removes plans that are over, with what they would have done, at most so many; and what was written before so long, and no plan has
   * any more, as the same was planned anew. Returns how many plans.
   */
  forget: (
    organization: string,
    isOver: (head: ProposedPlanHead) => boolean,
    { most, beforeMs }: Readonly<{ most: number; beforeMs: number }>,
  ) => Promise<number>;
}>;

type PlanParts = ComputedPlan & Readonly<{ asked: AskedForPlan }>;

const place = {
  at: z.string(),
  groupId: z.string().exactOptional(),
  personKey: z.string().exactOptional(),
  memberId: z.string().exactOptional(),
};

const PartsSchema: z.ZodType<PlanParts> = z.object({
  asked: z.record(z.string(), z.string()),
  changes: z.array(
    z.object({
      ...place,
      change: z.enum(CHANGE_KINDS),
      why: z.array(z.string()),
      untilMs: z.number().exactOptional(),
      of: z.string().exactOptional(),
    }),
  ),
  leftOut: z.array(z.object({ ...place, why: z.string() })),
  facts: z.array(z.object({ about: z.string(), facts: z.record(z.string(), z.string()) })),
  guards: z.array(
    z.object({
      guard: z.enum(['group', 'day', 'run', 'batch']),
      scope: z.string(),
      removals: z.number(),
      whole: z.number(),
    }),
  ),
  notes: z.array(z.string()),
});

const by: z.ZodType<HumanDecider> = HumanDeciderSchema;

const DecisionSchema: z.ZodType<PlanDecision> = z.object({
  by,
  reason: z.string(),
  first: PersonSchema.exactOptional(),
  atMs: z.number(),
  done: z.number(),
  notMade: z.number(),
});

/** As a row has it: `parts` is the SHA-256 of what is in the blob, which the seal of the row covers. */
type StoredPlan = ProposedPlanHead & Readonly<{ parts: string }>;

const StoredPlanSchema: z.ZodType<StoredPlan> = z.object({
  hash: z.string(),
  kind: z.enum(PLAN_KINDS),
  policyHash: z.string(),
  by,
  atMs: z.number(),
  untilMs: z.number(),
  state: z.enum(['proposed', 'begun', 'done']),
  decision: DecisionSchema.exactOptional(),
  counts: z.object({
    changes: z.number(),
    removals: z.number(),
    people: z.number(),
    groups: z.number(),
    leftOut: z.number(),
  }),
  parts: z.string(),
});

/** A row per plan and organization, by hash, and a blob with what grows with the number of people, written before the row. */
export function createProposedPlans(
  storage: Pick<StorageAccount, 'table' | 'container' | 'seal'>,
  onUnreadable = untold,
): ProposedPlans {
  const rows = createRecordTable<StoredPlan>(storage, {
    name: 'proposedplans',
    noun: 'plan',
    schema: StoredPlanSchema,
    onUnreadable,
  });
  const blob = async (organization: string, name: string) =>
    (await storage.container('proposed-plans')).getBlockBlobClient(`${organization}/${name}.json`);
  const forgetUnused = async (organization: string, used: ReadonlySet<string>, beforeMs: number) => {
    const container = await storage.container('proposed-plans');
    const unused: string[] = [];
    for await (const { name, properties } of container.listBlobsFlat({ prefix: `${organization}/` })) {
      const isUsed = used.has(name.slice(organization.length + 1, -'.json'.length));
      if (!isUsed && properties.lastModified.getTime() < beforeMs) unused.push(name);
    }
    for (const name of unused) await container.getBlockBlobClient(name).deleteIfExists();
  };
  return {
    list: async (organization) => (await rows.list(organization)).map(toHead),
    get: async (organization, hash) => {
      const stored = await rows.get(organization, hash);
      if (stored === undefined) return undefined;
      const bytes = await undefinedIfMissing(async () =>
        (await blob(organization, stored.parts)).downloadToBuffer(),
      );
      const isWhole = bytes !== undefined && digestOf(bytes) === stored.parts;
      const parts = isWhole ? PartsSchema.safeParse(parseJson(bytes.toString('utf8'))).data : undefined;
      if (parts === undefined)
        throw new AppError(
          'record-unreadable',
          'What a stored plan would do is gone, or is not as it was written',
        );
      return { ...toHead(stored), ...parts };
    },
    propose: async (organization, plan) => {
      const { asked, changes, leftOut, facts, guards, notes, ...head } = plan;
      const bytes = Buffer.from(JSON.stringify({ asked, changes, leftOut, facts, guards, notes }));
      const parts = digestOf(bytes);
      await (await blob(organization, parts)).uploadData(bytes);
      return rows.putUnless(organization, plan.hash, { ...head, parts }, ({ state }) => state !== 'proposed');
    },
    change: async (organization, hash, decide) => {
      const changed = await rows.change(organization, hash, (stored) => {
        const next = decide(toHead(stored));
        return next === undefined ? undefined : { ...next, parts: stored.parts };
      });
      return changed === undefined ? undefined : toHead(changed);
    },
    forget: async (organization, isOver, { most, beforeMs }) => {
      let hasUnreadable = false;
      const all = await rows.list(organization, () => {
        hasUnreadable = true;
      });
      const over = all.filter((plan) => isOver(toHead(plan))).slice(0, most);
      const kept = new Set(all.filter((plan) => !over.includes(plan)).map(({ parts }) => parts));
      // Only a row tells of its blob.
      for (const { parts } of over)
        if (!kept.has(parts)) await (await blob(organization, parts)).deleteIfExists();
      // One whose row cannot be read may be any of them.
      if (!hasUnreadable) await forgetUnused(organization, kept, beforeMs);
      await rows.remove(
        organization,
        over.map(({ hash }) => hash),
      );
      return over.length;
    },
  };
}

function toHead({ parts: _parts, ...head }: StoredPlan): ProposedPlanHead {
  return head;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
