import type { Disposable, Hook, HookName } from './core-api';

export type Hooks = Readonly<{
  register: (name: HookName, hook: Hook) => Disposable;
  /** In the order of registration; the first that throws ends the run. */
  run: (name: HookName, context: Record<string, unknown>) => Promise<void>;
  /** Log hooks run at once, as a log call does not wait. */
  runNow: (name: HookName, context: Record<string, unknown>) => void;
}>;

export function createHooks(): Hooks {
  const registered = new Map<HookName, Hook[]>();
  return {
    register: (name, hook) => {
      const hooks = registered.get(name) ?? [];
      registered.set(name, [...hooks, hook]);
      return {
        dispose: () => {
          registered.set(
            name,
            (registered.get(name) ?? []).filter((other) => other !== hook),
          );
        },
      };
    },
    run: async (name, context) => {
      for (const hook of registered.get(name) ?? []) await hook(context);
    },
    runNow: (name, context) => {
      for (const hook of registered.get(name) ?? []) hook(context);
    },
  };
}
