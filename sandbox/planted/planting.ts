import type { AppDeps } from '../../shared/app-deps';
import type { PersonLedger } from '../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../shared/domain/ledger/statement';
import type { UiPathSandbox } from '../uipath/sandbox-controls';
import type { Variant } from './planted-seed';

/** An organization that is planted, and where. */
export type Planting = Readonly<{
  app: Pick<AppDeps, 'ledger'>;
  uipath: UiPathSandbox;
  alias: string;
  variant: Variant;
  nowMs: number;
}>;

/** What a ledger says of somebody. */
export type Said = Readonly<{
  grants?: ReadonlyArray<Readonly<{ group: string; fromMs?: number; untilMs?: number }>>;
  timeline?: ReadonlyArray<
    Pick<Statement, 'kind' | 'effectiveAtMs'> & Readonly<{ attributes?: Statement['attributes'] }>
  >;
  identity?: PersonLedger['identity'];
  doubt?: Partial<PersonLedger>;
}>;
