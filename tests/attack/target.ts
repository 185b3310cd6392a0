import { startAttackedStack, type AttackedStack } from './attacked-stack';
import { startPlatformStack, startUngatedStack, type PlatformStack } from './platform-stack';
import { startConsoleStack, type ConsoleStack } from '../fixtures/console-stack';

/** What is attacked. Each part is started when it is first asked for. */
export type Target = Readonly<{
  /** Senders, storage and UiPath; the console takes keys. */
  app: () => Promise<AttackedStack>;
  /** The console takes keys, and there is something on each of its pages. */
  console: () => Promise<ConsoleStack>;
  /** The platform signs people in to the console. */
  platform: () => Promise<PlatformStack>;
  /** The settings say that the platform signs people in, and the platform does not. */
  ungated: () => Promise<PlatformStack>;
  close: () => Promise<void>;
}>;

type Part = Readonly<{ close: () => Promise<void> }>;

/** `appDirectory`: where the built app is. */
export function createTarget(appDirectory: string): Target {
  const started: Array<Promise<Part>> = [];
  const once = <T extends Part>(start: () => Promise<T>): (() => Promise<T>) => {
    let part: Promise<T> | undefined;
    return async () => {
      if (part === undefined) {
        part = start();
        started.push(part);
      }
      return part;
    };
  };
  const place = { appDirectory };
  return {
    app: once(async () => startAttackedStack(appDirectory)),
    console: once(async () => startConsoleStack(place)),
    platform: once(async () => startPlatformStack(place)),
    ungated: once(async () => startUngatedStack(place)),
    close: async () => {
      await Promise.allSettled(started.map(async (part) => (await part).close()));
    },
  };
}
