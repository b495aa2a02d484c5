import type { Command } from 'commander'
import type { ServiceContext } from '@/lib/services/context'
import { findStudy, openContext } from './context'
import { wantsJson } from './output'

/** What a command about one study is told. */
export interface OfStudy {
  study: string
}

/** Returns the database and the id of the study that a command is about. */
export function openStudy({ study }: OfStudy): ServiceContext & { studyId: string } {
  const context = openContext()
  return { ...context, studyId: findStudy(context, study) }
}

/** Adds a group of commands; returns what adds one about a study, and whether the user asked for JSON. */
export function addStudyGroup(program: Command, name: string, description: string) {
  const group = program.command(name).description(description)
  const add = (command: string, does: string) =>
    group.command(command).description(does).requiredOption('--study <name or id>', 'study')
  return { group, add, json: () => wantsJson(program) }
}
