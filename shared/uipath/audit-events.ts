/** An entry of the organization's audit log. Type and target names are UiPath's own, and not published. */
export type UiPathAuditEvent = Readonly<{
  id: string;
  atMs: number;
  actorId: string | null;
  actorName: string | null;
  actorEmail: string | null;
  type: string | null;
  source: string | null;
  target: string | null;
  summary: string | null;
  /** JSON text, as it came. */
  details: string | null;
  status: string | null;
}>;

export type UiPathAuditEvents = Readonly<{
  /**
   * Newest first, by GETs of 200 events each, going back until `fromMs`. Recent events may be missing for a while.
   * @throws UpstreamError `uipath-answer-invalid` when there are more than `maxPages` (default 50) pages
   */
  list: (
    range: Readonly<{
      fromMs: number;
      toMs: number;
      sources?: readonly string[];
      targets?: readonly string[];
      types?: readonly string[];
      maxPages?: number;
    }>,
  ) => Promise<readonly UiPathAuditEvent[]>;
}>;
