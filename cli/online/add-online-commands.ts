import type { Command } from 'commander';
import type { RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { addDeadLetters } from './dead-letters';
import { addDoctor } from './doctor';
import { addExplain } from './explain';
import { addHistory } from './history';
import { addHolds } from './holds';
import { addAdopt } from './plans/adopt';
import { addApply } from './plans/apply';
import { addPlan } from './plans/plan';
import { addPlans } from './plans/plans';
import { addUndo } from './plans/undo';
import { addStatus } from './status';
import { addWho } from './who';

/** The commands that ask the running app. */
export function addOnlineCommands(program: Command, io: CommandIo, state: RunState): void {
  addDoctor(program, io, state);
  addStatus(program, io, state);
  addExplain(program, io, state);
  addWho(program, io, state);
  addHolds(program, io, state);
  addPlan(program, io, state);
  addAdopt(program, io, state);
  addPlans(program, io, state);
  addApply(program, io, state);
  addUndo(program, io, state);
  addDeadLetters(program, io, state);
  addHistory(program, io, state);
}
