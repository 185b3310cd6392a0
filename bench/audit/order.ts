/** What the auditing process is told. */
export type AuditOrder = Readonly<{
  connectionString: string;
  policyFile: string;
  organization: string;
  nowMs: number;
  credential: string;
}>;

/** What it says: that its clock has to move on, or what it measured. */
export type AuditWord =
  | Readonly<{ kind: 'waits'; untilMs: number }>
  | Readonly<{
      kind: 'done';
      /** False when it was still reading after as many windows as it is given. */
      ended: boolean;
      windows: number;
      virtualSeconds: number;
      evaluationSeconds: number;
      peakMemoryMb: number;
      calls: Readonly<Record<string, number>>;
      looked: Readonly<Record<string, number>>;
      findings: number;
    }>;
