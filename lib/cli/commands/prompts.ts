import type { Command } from 'commander'
import {
  isOwnQuestion,
  promptDraftSchema,
  type PromptInfo,
  type PromptVersion,
} from '@/lib/contracts/prompts'
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
  choices?: string
  number?: boolean
  tags?: string | boolean
  text?: boolean
  from?: string
  to?: string
  note?: string
}

// As many as an instruction has; InsTag finds 3 to 5.
const MOST_TAGS = 20

function scaleOf({ labels, choices, number, tags, text, from, to }: AddOptions) {
  const words = (list: string) => list.split(',').map((word) => word.trim())
  const end = (value: string | undefined) => (value === undefined ? null : Number(value))
  if (labels !== undefined) return { kind: 'labels', labels: words(labels) }
  if (choices !== undefined) return { kind: 'category', choices: words(choices) }
  if (number) return { kind: 'number', min: end(from), max: end(to) }
  if (tags !== undefined) return { kind: 'tags', most: tags === true ? MOST_TAGS : Number(tags) }
  if (text) return { kind: 'text' }
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
      'store the text of a file as a new version of a prompt; "rubric" makes a new rubric, "column" a question whose answers make a column',
    )
    .option('--name <name>', 'name of the rubric or column')
    .option('--labels <list>', 'scale of the rubric: labels from low to high, separated by commas')
    .option('--from <n>', 'lowest integer of the rubric, or lowest number')
    .option('--to <n>', 'highest integer of the rubric, or highest number')
    .option('--choices <list>', 'column: answered with one of these, separated by commas')
    .option('--number', 'column: answered with a number, within --from and --to if given')
    .option('--tags [most]', 'column: answered with tags, at most so many (20)')
    .option('--text', 'column: answered with a text')
    .option('--note <text>', 'why this version')
    .action((promptId: string, file: string, options: AddOptions) => {
      const draft = promptDraftSchema.safeParse({
        promptId: isOwnQuestion(promptId) ? null : promptId,
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
