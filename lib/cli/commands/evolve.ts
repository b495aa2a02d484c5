import type { Command } from 'commander'
import { evolveRequestSchema } from '@/lib/contracts/compute'
import { startEvolving } from '@/lib/services/evolve'
import { findBackend } from '../backend'
import { addBudgetOptions, readBudget, type BudgetOptions } from '../budget'
import { findStudy, openContext } from '../context'
import { followJobs } from '../follow'
import { printRows, wantsJson } from '../output'

/** Adds `evolve`. */
export function addEvolveCommand(program: Command): void {
  const command = program
    .command('evolve')
    .description("evolve a study's seeds by Evol-Instruct rounds and write responses")
    .requiredOption('--study <name or id>', 'study whose seeds are evolved')
    .requiredOption('--arm <key>', 'short name of the new evolver, for example small-greedy')
    .option('--label <text>', 'name of the evolver (default: its key)')
    .option('--backend <id or label>', 'backend of the evolver', 'embedded')
    .option(
      '--response-backend <id or label>',
      'backend that writes the responses (default: the evolver)',
    )
    .option('--rounds <n>', 'rounds', '3')
    .option('--temperature <t>', '0 decodes greedily', '0')
    .option('--top-p <p>', 'nucleus sampling', '0.95')
    .option('--seed <n>', 'random seed of sampling', '1')
    .option('--max-tokens <n>', 'most output tokens of an evolved instruction', '512')
    .option('--response-max-tokens <n>', 'most output tokens of a response', '512')
    .option('--breadth', 'add the breadth operator to the rotation')
    .option('--wait', 'follow the job to its end')
  addBudgetOptions(command).action(
    async (options: BudgetOptions & Record<string, string | boolean | undefined>) => {
      const context = openContext()
      const idOf = (name: string) => findBackend(context, name).id
      const writer = options['responseBackend']
      const request = evolveRequestSchema.parse({
        backendId: idOf(String(options['backend'])),
        armKey: options['arm'],
        armLabel: options['label'] ?? options['arm'],
        rounds: Number(options['rounds']),
        temperature: Number(options['temperature']),
        topP: Number(options['topP']),
        seed: Number(options['seed']),
        maxTokens: Number(options['maxTokens']),
        responseMaxTokens: Number(options['responseMaxTokens']),
        responseBackendId: writer ? idOf(String(writer)) : null,
        breadth: options['breadth'] === true,
        budget: readBudget(options) ?? null,
      })
      const job = startEvolving(context, findStudy(context, String(options['study'])), request)
      const json = wantsJson(program)
      printRows([{ job: job.id, title: job.title }], json)
      if (options['wait']) await followJobs(context, [job.id], json)
    },
  )
}
