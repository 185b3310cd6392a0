import { z } from 'zod';
import { forgetEverywhere } from './member-changes';
import { findApplication, putApplication } from './organization';
import type { Application, ClientSecret } from './principals';
import { empty, json, pascalError, Refusal, type Reply } from './reply';
import { guid, readBody, requirePartition, type Call, type Route } from './route';
import { wireTime, wireTimeOrNull } from './wire';

const READ = ['PM.OAuthApp', 'PM.OAuthApp.Read'] as const;
const WRITE = ['PM.OAuthApp', 'PM.OAuthApp.Write'] as const;
const ALL = '/api/ExternalClient/{partitionGlobalId}';
const ONE = `${ALL}/{clientId}`;
const common = { endpoint: 'A1', service: 'identity' } as const;
const SECRET_BYTES = 18;

export const EXTERNAL_CLIENT_ROUTES: readonly Route[] = [
  { ...common, method: 'GET', path: ALL, scopes: READ, handle: listClients },
  { ...common, method: 'GET', path: ONE, scopes: READ, handle: getClient },
  { ...common, method: 'PUT', path: ONE, scopes: WRITE, handle: updateClient },
  { ...common, method: 'DELETE', path: ONE, scopes: WRITE, handle: deleteClient },
  { ...common, method: 'POST', path: '/api/ExternalClient', scopes: WRITE, handle: createClient },
  {
    ...common,
    method: 'POST',
    path: '/api/ExternalClient/GenerateSecret',
    scopes: WRITE,
    handle: generateSecret,
  },
  { ...common, method: 'DELETE', path: `${ALL}/secrets/{secretId:int}`, scopes: WRITE, handle: deleteSecret },
];

function listClients(call: Call): Reply {
  const clients = [...call.organization.clientIds.keys()].flatMap(
    (clientId) => findApplication(call.organization, clientId) ?? [],
  );
  return json(
    200,
    clients.map((client) => wireClient(client)),
  );
}

function getClient(call: Call): Reply {
  return json(200, wireClient(findClient(call, call.param('clientId'))));
}

const ScopeSchema = z.object({ name: z.string() });
const CreateClientSchema = z.object({
  partitionGlobalId: guid,
  name: z.string().min(1),
  isConfidential: z.boolean(),
  redirectUri: z.string().nullish(),
  scopes: z.array(ScopeSchema),
});

/** The only answer that holds the secret. */
function createClient(call: Call): Reply {
  const { organization, ids } = call;
  const body = readBody(call, CreateClientSchema);
  requirePartition(call, body.partitionGlobalId);
  const secret = newSecret(call, null, null);
  const client: Application = {
    kind: 'application',
    id: ids.guid(),
    clientId: ids.guid(),
    name: body.name,
    confidential: body.isConfidential,
    redirectUri: body.redirectUri ?? null,
    secrets: body.isConfidential ? [secret] : [],
    scopes: body.scopes.map(({ name }) => name),
  };
  putApplication(organization, client);
  record(call, client, 'Create External Application');
  return json(201, wireClient(client, body.isConfidential ? secret.secret : null));
}

const UpdateClientSchema = z.object({
  name: z.string().nullish(),
  redirectUri: z.string().nullish(),
  scopes: z.array(ScopeSchema).nullish(),
});

function updateClient(call: Call): Reply {
  const client = findClient(call, call.param('clientId'));
  const body = readBody(call, UpdateClientSchema);
  const changed: Application = {
    ...client,
    name: body.name ?? client.name,
    redirectUri: body.redirectUri ?? client.redirectUri,
    scopes: body.scopes?.map(({ name }) => name) ?? client.scopes,
  };
  putApplication(call.organization, changed);
  record(call, changed, 'Update External Application');
  return empty(200);
}

function deleteClient(call: Call): Reply {
  const { organization } = call;
  const client = findClient(call, call.param('clientId'));
  forgetEverywhere(organization, client.id, call);
  organization.principals.remove(client.id);
  organization.clientIds.delete(client.clientId);
  record(call, client, 'Delete External Application');
  return empty(204);
}

const GenerateSecretSchema = z.object({
  clientId: z.string(),
  description: z.string().nullish(),
  partitionGlobalId: guid,
  expiryTime: z.string().nullish(),
});

function generateSecret(call: Call): Reply {
  const body = readBody(call, GenerateSecretSchema);
  requirePartition(call, body.partitionGlobalId);
  const client = findClient(call, body.clientId);
  const expiresAtMs = body.expiryTime ? Date.parse(body.expiryTime) : null;
  const secret = newSecret(call, body.description ?? null, expiresAtMs);
  putApplication(call.organization, { ...client, secrets: [...client.secrets, secret] });
  record(call, client, 'Create External Application Secret');
  return json(200, wireSecret(secret, secret.secret));
}

function deleteSecret(call: Call): Reply {
  const { organization } = call;
  const secretId = Number(call.param('secretId'));
  for (const clientId of organization.clientIds.keys()) {
    const client = findApplication(organization, clientId);
    const kept = client?.secrets.filter(({ id }) => id !== secretId);
    if (client === undefined || kept === undefined || kept.length === client.secrets.length) continue;
    putApplication(organization, { ...client, secrets: kept });
    record(call, client, 'Delete External Application Secret');
    return empty(204);
  }
  throw new Refusal(pascalError(404, `Secret ${secretId} was not found`));
}

function newSecret(
  { ids, organization, time }: Call,
  description: string | null,
  expiresAtMs: number | null,
): ClientSecret {
  const id = organization.numbers.next();
  return { id, secret: ids.token(SECRET_BYTES), description, createdAtMs: time.nowMs, expiresAtMs };
}

function wireClient(client: Application, secret: string | null = null): Readonly<Record<string, unknown>> {
  const scopes = client.scopes.map((name) => ({ name, displayName: name, description: null, type: 1 }));
  return {
    name: client.name,
    id: client.clientId,
    secret,
    isConfidential: client.confidential,
    redirectUri: client.redirectUri,
    resources: [
      { name: 'UiPath.PlatformManagement', displayName: 'Platform Management', description: null, scopes },
    ],
    secrets: client.secrets.map((one) => wireSecret(one)),
  };
}

function wireSecret(one: ClientSecret, secret: string | null = null): Readonly<Record<string, unknown>> {
  return {
    id: one.id,
    description: one.description,
    secret,
    creationTime: wireTime(one.createdAtMs),
    expiryTime: wireTimeOrNull(one.expiresAtMs),
  };
}

function record(call: Call, client: Application, type: string): void {
  call.organization.audit.append(
    {
      type,
      target: 'External Applications',
      summary: `${type}: ${client.name}`,
      details: { clientId: client.clientId, name: client.name },
    },
    call.actor,
    call.time.nowMs,
  );
}

function findClient(call: Call, clientId: string): Application {
  const client = findApplication(call.organization, clientId);
  if (client === undefined) throw new Refusal(pascalError(404, `External client ${clientId} was not found`));
  return client;
}
