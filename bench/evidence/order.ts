/** What the process that appends and verifies is told. */
export type EvidenceOrder = Readonly<{ kind: 'start'; organization: string; nowMs: number }>;

/** What it says when it is done. */
export type EvidenceDone = Readonly<{
  kind: 'done';
  /** Real seconds of the night that brings all records into the log, verifies them and publishes it. */
  appendSeconds: number;
  /** Of the verification of everything: the log, its tiles and each record. */
  verifySeconds: number;
  peakMemoryMb: number;
  storageCalls: number;
  entries: number;
  records: number;
  faults: number;
}>;
