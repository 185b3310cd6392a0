import { closedError } from './reply';
import type { Route } from './route';

const common = {
  endpoint: 'C1',
  service: 'identity',
  scopes: [],
  closed: true,
  handle: closedError,
} as const;

/** Endpoints of the identity service that external applications cannot use, whatever their scopes. */
export const CLOSED_ROUTES: readonly Route[] = [
  { ...common, method: 'GET', path: '/api/User/{userId:guid}/loginAttempts' },
  { ...common, method: 'GET', path: '/api/Partition/{partitionGlobalId}' },
  { ...common, method: 'GET', path: '/api/AuthenticationSetting/getAll/{partitionGlobalId}' },
];
