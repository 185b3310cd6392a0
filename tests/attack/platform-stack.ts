import { startConsoleStack, type ConsoleStack } from '../fixtures/console-stack';
import { EASY_AUTH } from '../fixtures/easy-auth';

export type PlatformStack = ConsoleStack;

type Place = Readonly<{ appDirectory: string }>;

export async function startPlatformStack(place: Place): Promise<PlatformStack> {
  return startConsoleStack({ ...EASY_AUTH, ...place });
}

/** As the one above, but nobody switched authentication on at the platform: who calls sets its headers. */
export async function startUngatedStack(place: Place): Promise<PlatformStack> {
  const { WEBSITE_AUTH_ENABLED: _, ...settings } = EASY_AUTH.settings ?? {};
  return startConsoleStack({ ...EASY_AUTH, settings, ...place });
}
