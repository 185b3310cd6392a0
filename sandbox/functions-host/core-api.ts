/**
 * What the Functions runtime and the programming model of `@azure/functions` exchange. The runtime provides it as the
 * module `@azure/functions-core`, which no package contains; the names are Azure's.
 */
export type TypedData = Readonly<{
  string?: string | null;
  json?: string | null;
  bytes?: Uint8Array | null;
  int?: number | null;
  http?: HttpData | null;
}>;

type Nullable<T> = Readonly<{ value?: T | null }> | null;

export type HttpCookie = Readonly<{
  name: string;
  value: string;
  domain?: Nullable<string>;
  path?: Nullable<string>;
  expires?: Nullable<Readonly<{ seconds?: number | null }>>;
  secure?: Nullable<boolean>;
  httpOnly?: Nullable<boolean>;
  maxAge?: Nullable<number>;
  sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone' | null;
}>;

export type HttpData = Readonly<{
  url?: string;
  method?: string;
  headers?: Readonly<Record<string, string>> | null;
  query?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string>>;
  body?: TypedData | null;
  statusCode?: string;
  cookies?: readonly HttpCookie[] | null;
}>;

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type LogCategory = 'user' | 'system' | 'customMetric';
type Binding = Readonly<{ type: string; direction?: string | null } & Record<string, unknown>>;
export type FunctionMetadata = Readonly<{ name: string; bindings: Readonly<Record<string, Binding>> }>;
export type FunctionCallback = (...inputs: readonly unknown[]) => unknown;

export type InvocationRequest = Readonly<{
  invocationId: string;
  functionId: string;
  inputData: ReadonlyArray<Readonly<{ name: string; data: TypedData }>>;
  triggerMetadata: Readonly<Record<string, TypedData>>;
}>;

export type InvocationResponse = Readonly<{ returnValue?: TypedData | null }>;

/** `state` is read by the library to tell a late log call from one of a hook. */
export type CoreInvocationContext = {
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly metadata: FunctionMetadata;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  readonly log: (level: LogLevel, category: LogCategory, message: string) => void;
};

type InvocationModel = Readonly<{
  getArguments: () => Promise<Readonly<{ context: unknown; inputs: readonly unknown[] }>>;
  invokeFunction: (
    context: unknown,
    inputs: readonly unknown[],
    callback: FunctionCallback,
  ) => Promise<unknown>;
  getResponse: (context: unknown, result: unknown) => Promise<InvocationResponse>;
}>;

export type Capabilities = Readonly<Record<string, string>>;

export type ProgrammingModel = Readonly<{
  name: string;
  version: string;
  getInvocationModel: (context: CoreInvocationContext) => InvocationModel;
  getCapabilities?: (capabilities: Record<string, string>) => Promise<Capabilities>;
}>;

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
/** Hooks read and write their context: that is how they change inputs, callbacks and results. */
export type Hook = (context: Record<string, unknown>) => unknown;
export type Disposable = Readonly<{ dispose: () => void }>;

export type CoreApi = Readonly<{
  version: string;
  hostVersion: string;
  log: (level: LogLevel, category: LogCategory, message: string) => void;
  registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => Disposable;
  registerHook: (name: HookName, hook: Hook) => Disposable;
  setProgrammingModel: (model: ProgrammingModel) => void;
  getProgrammingModel: () => ProgrammingModel | undefined;
}>;
