import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type {
  Capabilities,
  CoreApi,
  CoreInvocationContext,
  FunctionCallback,
  FunctionMetadata,
  InvocationRequest,
  InvocationResponse,
  LogCategory,
  LogLevel,
  ProgrammingModel,
} from './core-api';
import { createHooks, type Hooks } from './hooks';
import type { Log } from './log';
import type { RegisteredFunction } from './registered-function';

/** `answered` is false when the handler returned nothing. */
export type Invoked = Readonly<{ response: InvocationResponse; answered: boolean }>;

type Registration = Readonly<{ metadata: FunctionMetadata; callback: FunctionCallback }>;

export type Worker = Readonly<{
  coreApi: CoreApi;
  /** Loads the app's entry point and runs its start hooks. */
  start: (
    appDirectory: string,
  ) => Promise<Readonly<{ capabilities: Capabilities; registrations: readonly Registration[] }>>;
  invoke: (fn: RegisteredFunction, request: Omit<InvocationRequest, 'functionId'>) => Promise<Invoked>;
  /** Runs the app's terminate hooks. */
  terminate: () => Promise<void>;
}>;

/** The part of the Azure worker that an app can notice: its core module, the loading, invocations and hooks. */
export function createWorker(log: Log, runtimeVersion: string): Worker {
  const hooks = createHooks();
  const registrations = new Map<string, Registration>();
  const appHookData = {};
  const startHookData = {};
  let model: ProgrammingModel | undefined;
  let isStarted = false;

  const coreApi: CoreApi = {
    version: runtimeVersion,
    hostVersion: runtimeVersion,
    log: (level, category, message) => emit({ level, category, message, source: 'worker', name: 'Worker' }),
    registerFunction: (metadata, callback) => {
      if (isStarted) throw new Error('A function can only be registered while the app starts');
      if (registrations.has(metadata.name)) throw new Error(`Function ${metadata.name} exists already`);
      registrations.set(metadata.name, { metadata, callback });
      return { dispose: () => registrations.delete(metadata.name) };
    },
    registerHook: hooks.register,
    setProgrammingModel: (next) => {
      model = next;
    },
    getProgrammingModel: () => model,
  };

  function emit(
    entry: Readonly<{
      level: LogLevel;
      category: LogCategory;
      message: string;
      source: string;
      name: string;
      context?: unknown;
    }>,
  ): void {
    const said = {
      level: entry.level,
      message: entry.message,
      category: entry.category,
      hookData: {},
      appHookData,
      invocationContext: entry.context,
    };
    hooks.runNow('log', said);
    const suffix = entry.category === 'user' ? '.User' : '';
    const { level, message } = said;
    log({ level, message, source: entry.source, category: `${entry.name}${suffix}` });
  }

  return {
    coreApi,
    start: async (appDirectory) => {
      await loadEntryPoint(appDirectory);
      await hooks.run('appStart', {
        hookData: startHookData,
        appHookData,
        functionAppDirectory: appDirectory,
      });
      isStarted = true;
      const capabilities = (await model?.getCapabilities?.({})) ?? {};
      return { capabilities, registrations: [...registrations.values()] };
    },
    invoke: async (fn, request) => {
      if (model === undefined) throw new Error('The app has set no programming model');
      const { name } = fn;
      const context: CoreInvocationContext = {
        invocationId: request.invocationId,
        request: { ...request, functionId: name },
        metadata: fn.metadata,
        state: undefined,
        log: (level, category, message) =>
          emit({ level, category, message, source: name, name: `Function.${name}` }),
      };
      return invoke(hooks, model, appHookData, context, fn.callback);
    },
    terminate: () => hooks.run('appTerminate', { hookData: startHookData, appHookData }),
  };
}

/** The order of an Azure invocation: arguments, hooks before, the function, hooks after, the answer. */
async function invoke(
  hooks: Hooks,
  model: ProgrammingModel,
  appHookData: object,
  core: CoreInvocationContext,
  callback: FunctionCallback,
): Promise<Invoked> {
  const invocation = model.getInvocationModel(core);
  const { context, inputs } = await invocation.getArguments();
  const hookData = {};
  const before = { hookData, appHookData, invocationContext: context, inputs, functionCallback: callback };
  core.state = 'preInvocationHooks';
  await hooks.run('preInvocation', before);
  core.state = 'invocation';
  const after: Record<string, unknown> & { result: unknown; error: unknown } = {
    hookData,
    appHookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  try {
    after.result = await invocation.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error('The function threw nothing');
  }
  core.state = 'postInvocationHooks';
  await hooks.run('postInvocation', after);
  core.state = undefined;
  if (after.error !== null && after.error !== undefined) throw asError(after.error);
  const answered = after.result !== null && after.result !== undefined;
  return { response: await invocation.getResponse(context, after.result), answered };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

const PackageSchema = z.object({ main: z.string() });

async function loadEntryPoint(appDirectory: string): Promise<void> {
  const text = await readFile(join(appDirectory, 'package.json'), 'utf8');
  const entry = join(appDirectory, PackageSchema.parse(JSON.parse(text)).main);
  createRequire(entry)(entry);
}
