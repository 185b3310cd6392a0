/** What cannot be used of a message: its place, and what is wrong there, never what it says. */
export type FieldProblem = Readonly<{ field: string; problem: string }>;
