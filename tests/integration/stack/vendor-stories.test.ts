import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_SEED } from '../../../sandbox/demo-organization';
import { storyOf, type Step } from '../../../sandbox/story';
import { vendorTellers } from '../../../sandbox/tellers';
import { startVendorStack, type VendorStack } from '../../../sandbox/vendor-stack';
import { demoSources } from '../../../sandbox/vendors/demo-sources';

/** Its API answers with what is new only after twenty seconds, each time: its mover and leaver are played by the demo alone. */
const SLOW = 'hibob';
const personOf = (source: string): string => `told.by.${source}@acme.example`;

let stack: VendorStack;
beforeAll(async () => {
  const people = [...demoSources.hr, ...demoSources.tickets].map(personOf);
  stack = await startVendorStack({
    seed: { organizations: [{ ...DEMO_SEED, users: [...(DEMO_SEED.users ?? []), ...people] }] },
    messageLeaseSeconds: 5,
    // Everybody leaves at once, which is what guards are for.
    changePolicy: (text) =>
      text.replace(
        '    leaver:\n',
        '    guards: { group: { floor: 99 }, day: { floor: 99 }, run: { floor: 99 } }\n    leaver:\n',
      ),
  });
}, 180_000);
afterAll(async () => stack.close());

/** The steps that concern a source: its own, and the joiner that a ticket needs. */
function partOf(source: string): readonly Step[] {
  const tellers = vendorTellers(stack, source);
  const steps = storyOf(stack, {
    patienceMs: 90_000,
    grantSeconds: 3_600,
    tellers,
    person: personOf(source),
  });
  const own = steps.filter(
    ({ teller, title }) => teller === source || (tellers.hr.name !== source && title.startsWith('A joiner')),
  );
  return source === SLOW ? own.slice(0, 3) : own;
}

/** Plays the stories step by step beside each other: nobody's changes fall into a step that looks for none. */
async function playTogether(
  sources: readonly string[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const parts = sources.map((source) => ({ source, steps: partOf(source), failures: [] as string[] }));
  for (let index = 0; parts.some(({ steps }) => index < steps.length); index += 1)
    await Promise.all(
      parts.map(async ({ steps, failures }) => {
        const step = steps[index];
        await step?.play().catch((error: unknown) => failures.push(`${step.title}: ${String(error)}`));
      }),
    );
  return Object.fromEntries(
    parts.map(({ source, steps, failures }) => [source, [`${steps.length} steps`, ...failures]]),
  );
}

describe('the part of the story that a source can tell, in its own format', () => {
  it('is told by each HR system', async () => {
    const told = await playTogether(demoSources.hr);
    expect(told).toEqual(
      Object.fromEntries(demoSources.hr.map((name) => [name, [name === SLOW ? '3 steps' : '5 steps']])),
    );
  }, 240_000);

  it('is told by each ticket system', async () => {
    const told = await playTogether(demoSources.tickets);
    expect(told).toEqual(Object.fromEntries(demoSources.tickets.map((name) => [name, ['5 steps']])));
  }, 240_000);
});

describe('a source that there is not', () => {
  it('is named, beside those that there are', () => {
    expect(() => vendorTellers(stack, 'constructor')).toThrow(
      /^There is no source constructor\. There are: standard, bamboohr, /,
    );
  });
});
