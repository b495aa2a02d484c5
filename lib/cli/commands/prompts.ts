import type { Command } from 'commander'
import { promptDraftSchema, type PromptInfo, type PromptVersion } from '@/lib/contracts/prompts'
import { AppError } from '@/lib/errors'
import { readNamedSync } from '@/lib/files'
import { listPrompts, savePrompt } from '@/lib/services/prompts'
import { openContext } from '../context'
import { printJson, printLine, printRows } from '../output'
import { findVersion } from '../prompt-version'

// Many times the longest prompt that is stored, in any encoding.
const NAMED = { what: 'The file of the prompt', maxBytes: 4 * 2 ** 20 }

interface AddOptions {
  name?: string
  labels?: string
  from?: string
  to?: string
  note?: string
}

function scaleOf({ labels, from, to }: AddOptions) {
  if (labels !== undefined) {
    return { kind: 'labels', labels: labels.split(',').map((label) => label.trim()) }
  }
  if (from === undefined && to === undefined) return null
  return { kind: 'integers', min: Number(from ?? 1), max: Number(to ?? 5) }
}

function line(prompt: PromptInfo, { version, hash, note, uses }: PromptVersion) {
  return {
    prompt: prompt.id,
    name: prompt.name,
    version,
    hash: hash.slice(0, 12),
    note,
    uses: uses.length,
  }
}

/** Adds `prompts`, `prompts show` and `prompts add`. */
export function addPromptCommands(program: Command): void {
  const json = () => program.opts<{ json?: boolean }>().json === true
  const prompts = program.command('prompts').description('list prompts and rubrics with versions')
  prompts.action(() => {
    const list = listPrompts(openContext().db)
    if (json()) printJson(list)
    else
      printRows(
        list.flatMap((prompt) => prompt.versions.map((version) => line(prompt, version))),
        false,
      )
  })
  prompts
    .command('show <hash>')
    .description('print the text of a version; the first digits of its hash are enough')
    .action((hash: string) => {
      const [prompt, version] = findVersion(listPrompts(openContext().db), hash)
      if (json()) printJson({ prompt: prompt.id, ...version })
      else printLine(version.template)
    })
  prompts
    .command('add <prompt> <file>')
    .description(
      'store the text of a file as a new version of a prompt; "rubric" makes a new rubric',
    )
    .option('--name <name>', 'name of the rubric')
    .option('--labels <list>', 'scale of the rubric: labels from low to high, separated by commas')
    .option('--from <n>', 'scale of the rubric: lowest integer')
    .option('--to <n>', 'scale of the rubric: highest integer')
    .option('--note <text>', 'why this version')
    .action((promptId: string, file: string, options: AddOptions) => {
      const draft = promptDraftSchema.safeParse({
        promptId: promptId === 'rubric' ? null : promptId,
        name: options.name,
        template: readNamedSync(file, NAMED).toString('utf8'),
        scale: scaleOf(options),
        note: options.note,
      })
      if (!draft.success) {
        const issue = draft.error.issues[0]
        throw new AppError('invalid_input', `${issue?.path.join('.')}: ${issue?.message}`)
      }
      const saved = savePrompt(openContext().db, draft.data)
      const [version] = saved.versions
      if (json()) printJson(saved)
      else if (version) printRows([line(saved, version)], false)
    })
}
