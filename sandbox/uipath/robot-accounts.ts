import { z } from 'zod';
import { changeMembers, forgetEverywhere } from './member-changes';
import { EVERYONE } from './organization';
import type { Robot } from './principals';
import { empty, json, pascalError, problem, Refusal, type Reply } from './reply';
import { guid, guidList, readBody, readPage, requirePartition, type Call, type Route } from './route';
import { sorted, sortOrderOf } from './sorting';
import { groupsOf } from './users';
import { wireTime } from './wire';

const READ = ['PM.RobotAccount', 'PM.RobotAccount.Read'] as const;
const WRITE = ['PM.RobotAccount', 'PM.RobotAccount.Write'] as const;
const ALL = '/api/RobotAccount/{partitionGlobalId}';
const ONE = `${ALL}/{robotAccountId:guid}`;
const common = { endpoint: 'A1', service: 'identity' } as const;

export const ROBOT_ACCOUNT_ROUTES: readonly Route[] = [
  { ...common, method: 'GET', path: ALL, scopes: READ, handle: listRobots },
  { ...common, method: 'DELETE', path: ALL, scopes: WRITE, handle: deleteRobots },
  { ...common, method: 'GET', path: ONE, scopes: READ, handle: getRobot },
  { ...common, method: 'DELETE', path: ONE, scopes: WRITE, handle: deleteRobot },
  { ...common, method: 'POST', path: '/api/RobotAccount', scopes: WRITE, handle: createRobot },
  {
    ...common,
    method: 'PUT',
    path: '/api/RobotAccount/{robotAccountId:guid}',
    scopes: WRITE,
    handle: updateRobot,
  },
];

function listRobots(call: Call): Reply {
  const { top, skip } = readPage(call);
  const term = (call.query.get('searchTerm') ?? '').toLowerCase();
  const { principals } = call.organization;
  const found = [...(term === '' ? principals.all() : principals.containing(term))].filter(
    (one) => one.kind === 'robot',
  );
  const page = sorted(found, sortKeyOf(call.query.get('sortBy') ?? ''), sortOrderOf(call));
  const results = page.slice(skip, skip + top).map((robot) => wireRobot(call, robot));
  return json(200, { totalCount: found.length, results });
}

function sortKeyOf(name: string): (robot: Robot) => string | number {
  switch (name.toLowerCase()) {
    case 'id':
      return ({ id }) => id;
    case 'creationtime':
      return ({ createdAtMs }) => createdAtMs;
    default:
      return (robot) => robot.name;
  }
}

function getRobot(call: Call): Reply {
  return json(200, wireRobot(call, findRobot(call, call.param('robotAccountId'))));
}

const CreateRobotSchema = z.object({
  partitionGlobalId: guid.nullish(),
  name: z.string().nullish(),
  displayName: z.string().nullish(),
  groupIDsToAdd: guidList,
});

function createRobot(call: Call): Reply {
  const { organization, time, ids } = call;
  const body = readBody(call, CreateRobotSchema);
  requirePartition(call, body.partitionGlobalId);
  if (!body.name) throw new Refusal(problem({ name: ['The Name field is required.'] }));
  if (organization.principals.named(body.name).some((one) => one.kind === 'robot')) {
    throw new Refusal(pascalError(409, `Robot account '${body.name}' already exists`));
  }
  requireGroups(call, body.groupIDsToAdd);
  const robot: Robot = {
    kind: 'robot',
    id: ids.guid(),
    name: body.name,
    displayName: body.displayName ?? body.name,
    createdAtMs: time.nowMs,
  };
  organization.principals.put(robot);
  for (const group of groupsOf(call, body.groupIDsToAdd)) {
    changeMembers(organization, group, { add: [robot.id], remove: [] }, call);
  }
  record(call, robot, 'Create Robot Account');
  return json(201, wireRobot(call, robot));
}

const UpdateRobotSchema = CreateRobotSchema.extend({ groupIDsToRemove: guidList });

/** The name of a robot account stays what it was. */
function updateRobot(call: Call): Reply {
  const { organization } = call;
  const body = readBody(call, UpdateRobotSchema);
  requirePartition(call, body.partitionGlobalId);
  const robot = findRobot(call, call.param('robotAccountId'));
  requireGroups(call, [...body.groupIDsToAdd, ...body.groupIDsToRemove]);
  const changed = { ...robot, displayName: body.displayName ?? robot.displayName };
  organization.principals.put(changed);
  for (const group of groupsOf(call, body.groupIDsToAdd)) {
    changeMembers(organization, group, { add: [robot.id], remove: [] }, call);
  }
  for (const group of groupsOf(call, body.groupIDsToRemove)) {
    changeMembers(organization, group, { add: [], remove: [robot.id] }, call);
  }
  record(call, changed, 'Update Robot Account');
  return json(200, wireRobot(call, changed));
}

function deleteRobot(call: Call): Reply {
  dropRobots(call, [findRobot(call, call.param('robotAccountId'))]);
  return empty(204);
}

function deleteRobots(call: Call): Reply {
  const { robotAccountIDs } = readBody(call, z.object({ robotAccountIDs: guidList }));
  dropRobots(
    call,
    robotAccountIDs.map((id) => findRobot(call, id)),
  );
  return empty(204);
}

function dropRobots(call: Call, robots: readonly Robot[]): void {
  for (const robot of robots) {
    forgetEverywhere(call.organization, robot.id, call);
    call.organization.principals.remove(robot.id);
    record(call, robot, 'Delete Robot Account');
  }
}

function requireGroups(call: Call, groupIds: readonly string[]): void {
  const unknown = groupIds.find((id) => id === EVERYONE || !call.organization.groups.has(id));
  if (unknown !== undefined) throw new Refusal(pascalError(404, `Group ${unknown} was not found`));
}

function wireRobot({ organization, time }: Call, robot: Robot): Readonly<Record<string, unknown>> {
  const groups = [...organization.groups.values()].filter(({ members }) =>
    members.shownAt(time.nowMs).has(robot.id),
  );
  return {
    id: robot.id,
    name: robot.name,
    displayName: robot.displayName,
    creationTime: wireTime(robot.createdAtMs),
    lastLoginTime: wireTime(robot.createdAtMs),
    groupIds: groups.map(({ id }) => id),
  };
}

function record(call: Call, robot: Robot, type: string): void {
  call.organization.audit.append(
    {
      type,
      target: 'Robot Management',
      summary: `${type}: ${robot.name}`,
      details: { robotAccountId: robot.id, name: robot.name },
    },
    call.actor,
    call.time.nowMs,
  );
}

function findRobot(call: Call, id: string): Robot {
  const robot = call.organization.principals.get(id);
  if (robot?.kind !== 'robot') throw new Refusal(pascalError(404, `Robot account ${id} was not found`));
  return robot;
}
