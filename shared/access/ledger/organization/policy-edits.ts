/** Organizations whose people are to be compared with the version in force, as this process knows it. */
export type PolicyEdits = Readonly<{
  open: (organizations: readonly string[]) => void;
  isOpen: (organization: string) => boolean;
  close: (organization: string) => void;
}>;

/** What storage says counts: an organization that is closed too early is opened again with the next look at what is on record. */
export function createPolicyEdits(): PolicyEdits {
  const open = new Set<string>();
  return {
    open: (organizations) => {
      for (const organization of organizations) open.add(organization);
    },
    isOpen: (organization) => open.has(organization),
    close: (organization) => {
      open.delete(organization);
    },
  };
}
