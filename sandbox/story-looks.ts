import { BlobServiceClient } from '@azure/storage-blob';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { GROUPS, ORGANIZATION } from './demo-organization';
import type { Stack } from './stack';

const FindingsSchema = z.object({
  findings: z.array(
    z.object({ check: z.string(), state: z.string(), subject: z.record(z.string(), z.string()) }),
  ),
});
type OpenFinding = z.infer<typeof FindingsSchema>['findings'][number];

const StatusSchema = z.object({ state: z.string() });

/** Names of the groups a person is in, as UiPath truly has them. */
export function groupsOf(stack: Pick<Stack, 'uipath'>, email: string): readonly string[] {
  const id = stack.uipath.idOf(ORGANIZATION, email);
  return Object.values(GROUPS)
    .filter((group) => stack.uipath.memberIds(ORGANIZATION, group).has(id))
    .toSorted();
}

/** What a look found, or what was there instead. */
type Look<T> = Readonly<{ found: T }> | Readonly<{ seen: string }>;

/** Looks again and again until there is something to find; throws with what was seen last. */
export async function until<T>(patienceMs: number, look: () => Look<T> | Promise<Look<T>>): Promise<T> {
  const endsAtMs = Date.now() + patienceMs;
  for (;;) {
    const looked = await look();
    if ('found' in looked) return looked.found;
    if (Date.now() > endsAtMs) throw new Error(looked.seen);
    await sleep(100);
  }
}

export function expectStatus(sent: Readonly<{ status: number }>, status: number): void {
  if (sent.status !== status) throw new Error(`it was answered ${sent.status} instead of ${status}`);
}

/** 200, or the 202 that CloudEvents want. */
export function expectKept({ status }: Readonly<{ status: number }>): void {
  expectStatus({ status: status === 202 ? 200 : status }, 200);
}

/** Calls so far that change UiPath. */
export function writesOf(stack: Stack): number {
  return stack.uipath
    .requests()
    .filter((request) => ['G4', 'P2', 'R2', 'R3', 'R4'].includes(request.endpoint ?? '')).length;
}

export async function runTimer(stack: Stack, name: string): Promise<void> {
  await stack
    .host()
    .invokeTimer(name)
    .catch(() => undefined);
}

export async function requestState(stack: Stack, id: string): Promise<string> {
  const { url, functionKey } = stack.host();
  try {
    const response = await fetch(`${url}/api/requests/${ORGANIZATION}/${id}`, {
      headers: { 'x-functions-key': functionKey },
      signal: AbortSignal.timeout(5_000),
    });
    return response.ok ? StatusSchema.parse(await response.json()).state : `unknown (${response.status})`;
  } catch {
    return 'unknown (no answer)';
  }
}

/** Has the audit run and returns what is open in its report. */
export async function audit(stack: Stack, patienceMs: number): Promise<readonly OpenFinding[]> {
  const blob = BlobServiceClient.fromConnectionString(stack.azurite.connectionString)
    .getContainerClient('reports')
    .getBlockBlobClient(`${ORGANIZATION}/latest.json`);
  const lastModified = async (): Promise<number> =>
    blob.getProperties().then(
      (properties) => properties.lastModified?.getTime() ?? 0,
      () => 0,
    );
  const before = await lastModified();
  await sleep(1_000);
  let startedAtMs = 0;
  await until(patienceMs, async () => {
    if (Date.now() - startedAtMs > 10_000) {
      startedAtMs = Date.now();
      await runTimer(stack, 'access-audit');
    }
    return (await lastModified()) > before ? { found: true } : { seen: 'no report was written' };
  });
  const { findings } = FindingsSchema.parse(JSON.parse((await blob.downloadToBuffer()).toString()));
  return findings.filter(({ state }) => state !== 'fixed' && state !== 'waived');
}

export function describe(finding: OpenFinding): string {
  return `${finding.check} (${Object.entries(finding.subject)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')})`;
}
