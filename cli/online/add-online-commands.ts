import type { Command } from 'commander';
import type { RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { addAsOf } from './as-of';
import { addAudit } from './audit';
import { addCompare } from './compare-people';
import { addDeadLetters } from './dead-letters';
import { addDoctor } from './doctor';
import { addEvidence } from './evidence';
import { addExplain } from './explain';
import { addHistory } from './history';
import { addHolds } from './holds';
import { addPause } from './pause';
import { addReplay } from './replay';
import { addAdopt } from './plans/adopt';
import { addApply } from './plans/apply';
import { addPlan } from './plans/plan';
import { addPlans } from './plans/plans';
import { addSnapshot } from './snapshot';
import { addUndo } from './plans/undo';
import { addStatus } from './status';
import { addTail } from './tail';
import { addFindingDecisions } from './waive';
import { addWho } from './who';

/** The commands that ask the running app. */
export function addOnlineCommands(program: Command, io: CommandIo, state: RunState): void {
  addDoctor(program, io, state);
  addStatus(program, io, state);
  addExplain(program, io, state);
  addWho(program, io, state);
  addHolds(program, io, state);
  addPause(program, io, state);
  addAudit(program, io, state);
  addFindingDecisions(program, io, state);
  addPlan(program, io, state);
  addAdopt(program, io, state);
  addPlans(program, io, state);
  addApply(program, io, state);
  addUndo(program, io, state);
  addDeadLetters(program, io, state);
  addCompare(program, io, state);
  addHistory(program, io, state);
  addAsOf(program, io, state);
  addEvidence(program, io, state);
  addReplay(program, io, state);
  addTail(program, io, state);
  addSnapshot(program, io, state);
}
