import { bulkCreateUsers, createUser, inviteUsers } from './create-users';
import type { Route } from './route';
import { deleteUser, deleteUsers, getUser, listUsers, updateUser } from './users';

const READ = ['PM.User', 'PM.User.Read'] as const;
const WRITE = ['PM.User', 'PM.User.Write'] as const;
const ONE = '/api/User/{userId:guid}';
const service = 'identity';

export const USER_ROUTES: readonly Route[] = [
  {
    endpoint: 'U1',
    method: 'GET',
    path: '/api/User/users/{partitionGlobalId}',
    service,
    scopes: READ,
    handle: listUsers,
  },
  { endpoint: 'U2', method: 'GET', path: ONE, service, scopes: READ, handle: getUser },
  { endpoint: 'U2', method: 'PUT', path: ONE, service, scopes: WRITE, handle: updateUser },
  { endpoint: 'U2', method: 'DELETE', path: ONE, service, scopes: WRITE, handle: deleteUser },
  { endpoint: 'U3', method: 'POST', path: '/api/User', service, scopes: WRITE, handle: createUser },
  {
    endpoint: 'U3',
    method: 'POST',
    path: '/api/User/BulkCreate',
    service,
    scopes: WRITE,
    handle: bulkCreateUsers,
  },
  {
    endpoint: 'U3',
    method: 'POST',
    path: '/api/User/InviteUsers',
    service,
    scopes: WRITE,
    handle: inviteUsers,
  },
  { endpoint: 'U3', method: 'DELETE', path: '/api/User', service, scopes: WRITE, handle: deleteUsers },
];
