import type { World } from './world';

/** Somebody renames a group in UiPath. */
export function renameGroup(world: World, from: string, to: string): void {
  const { groups } = world.engine.uipath.organization(world.alias);
  const group = [...groups.values()].find(({ name }) => name === from);
  if (group === undefined) throw new Error('There is no such group');
  groups.set(group.id, { ...group, name: to });
}
