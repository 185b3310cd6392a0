/** An attribute and the values of it of which any is enough, as HR writes them. */
export type LearntCondition = Readonly<{ attribute: string; values: readonly string[] }>;

/** A birthright line that would explain members of a group. Without a condition it is for everybody who works. */
export type LearntLine = Readonly<{
  when: readonly LearntCondition[];
  /** How many people it matches, and how many of these are members. */
  matched: number;
  members: number;
  /** So few members bear it out that it may be chance. */
  isSmall: boolean;
}>;

/** Somebody of the HR file. */
export type PersonOfFile = Readonly<{ email: string; name: string | undefined }>;

/** What explains a group, and what is left. People are in the order of their addresses. */
export type LearntGroup = Readonly<{
  group: string;
  /** Members whom the HR file has. */
  members: number;
  lines: readonly LearntLine[];
  /** Members whom a line matches. */
  explained: number;
  /** Members whom no line matches: by hand, or by something that HR does not say. */
  unexplained: readonly PersonOfFile[];
  /** Whom a line matches and who are no members: the lines would add them. */
  wouldGain: readonly PersonOfFile[];
  /** Members whom the HR file does not have, by the name that UiPath has for them. */
  notInFile: readonly string[];
}>;

/** `unused`: attributes that explain nothing, as nearly each person has a value of their own. */
export type LearntBirthright = Readonly<{
  people: number;
  groups: readonly LearntGroup[];
  members: number;
  explained: number;
  unused: readonly string[];
}>;

/** A member of a group in UiPath: folded addresses of a person, none for what is no person, and how it is called. */
type MemberToLearn = Readonly<{ addresses: readonly string[]; name: string }>;

/** A group of UiPath and whom it has. */
export type GroupToLearn = Readonly<{ group: string; members: readonly MemberToLearn[] }>;

/** `precision`: the least share of those whom a value matches who have to be members. */
export type LearningLimits = Readonly<{ precision: number }>;
