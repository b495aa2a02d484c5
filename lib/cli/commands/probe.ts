import process from 'node:process'
import type { Command } from 'commander'
import type { BackendInfo } from '@/lib/contracts/backends'
import type { ProbeStepInfo } from '@/lib/contracts/probe-steps'
import { getBackend, requestProbe } from '@/lib/services/backends'
import { backendHistory } from '@/lib/services/backends/probes'
import type { ServiceContext } from '@/lib/services/context'
import { findBackend } from '../backend'
import { openContext } from '../context'
import { followAsked } from '../follow'
import { endLine, printJson, printLine, say } from '../output'

/** Exit code of a probe that found nothing, or not what was required: as for a backend that lacks something. */
const EXIT_LACKS = 4

const WORDS: Record<string, string> = { pass: 'pass', fail: 'FAIL', unknown: '?' }

/** Returns the capabilities that a backend's last probe found to work. */
export function abilities(backend: BackendInfo): string[] {
  return Object.entries(backend.probe?.capabilities ?? {})
    .filter(([, { state }]) => state === 'yes')
    .map(([name]) => name)
}

function sayFinding(
  word: string,
  text: string,
  { remedy, flag }: { remedy?: string | undefined; flag?: string | undefined },
): void {
  endLine()
  say(word, text)
  if (remedy) say('', remedy)
  if (flag) say('', flag)
}

function sayCapabilities({ capabilities }: NonNullable<BackendInfo['probe']>): void {
  printLine('')
  for (const [name, found] of Object.entries(capabilities)) {
    const reason = found.state === 'yes' || !found.reason ? '' : `: ${found.reason}`
    sayFinding(found.state, `${name}${reason}`, found)
  }
}

/**
 * Probes a backend, printing each step as it is decided, then the capabilities. Sets the exit code to 4 when nothing
 * works, or something in `required` does not.
 */
export async function probeAndPrint(
  context: ServiceContext,
  id: string,
  options: { json: boolean; required: readonly string[]; jobId?: string },
): Promise<void> {
  const { db } = context
  let printed = 0
  const follow = (steps: readonly ProbeStepInfo[]) => {
    if (options.json) return
    for (const step of steps.slice(printed)) {
      sayFinding(WORDS[step.state] ?? step.state, `${step.name}: ${step.detail}`, step)
    }
    printed = Math.max(printed, steps.length)
  }
  const jobId = options.jobId ?? requestProbe(db, id).id
  await followAsked(context, jobId, options.json, (job) => {
    const { probing, probe } = getBackend(db, id)
    follow(probing?.steps ?? (job.state === 'succeeded' ? (probe?.steps ?? []) : []))
  })
  const backend = getBackend(db, id)
  const able = abilities(backend)
  const lacking = options.required.filter((name) => !able.includes(name))
  if (options.json) {
    printJson({ ...backend, history: backendHistory(db, id).identities })
  } else {
    if (backend.probe) sayCapabilities(backend.probe)
    if (backend.modelChange) {
      say(
        'Note',
        `Another model answers under the name ${backend.modelChange.model} than before. ${backend.modelChange.reason}`,
      )
    }
    if (lacking.length > 0) say('Lacks', lacking.join(', '))
  }
  if (able.length === 0 || lacking.length > 0) process.exitCode = EXIT_LACKS
}

/** Adds `probe`. */
export function addProbeCommand(program: Command, json: () => boolean): void {
  program
    .command('probe <backend>')
    .description('find out what a backend (id or label) can do; exit code 4 when nothing works')
    .option('--require <capabilities...>', 'exit code 4 when one of these does not work')
    .action(async (name: string, { require: required = [] }: { require?: string[] }) => {
      const context = openContext()
      await probeAndPrint(context, findBackend(context, name).id, { json: json(), required })
    })
}
