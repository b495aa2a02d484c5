import { randomUUID } from 'node:crypto'
import { and, desc, eq, isNull, max } from 'drizzle-orm'
import { inTransaction, type Db } from '@/db/client'
import { promptVersions } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { LIMITS } from '@/lib/contracts/limits'
import {
  isOwnQuestion,
  isRating,
  type PromptDraft,
  type PromptInfo,
  type PromptKind,
  type PromptScale,
  type PromptVersion,
} from '@/lib/contracts/prompts'
import { AppError } from '@/lib/errors'
import { listMeasured, parseParams } from '@/lib/metrics'
import { textParam } from '@/lib/metrics/first-token/prompts'
import { evolvePrompt, getPrompt, PROMPTS } from '@/lib/prompts'
import { OPERATORS } from '@/lib/prompts/operators'
import { canonicalText, hashText, withText, type Prompt } from '@/lib/prompts/prompt'
import {
  CLARITY,
  defineRubric,
  INTENTIONS,
  RUBRIC_PLACEHOLDERS,
  type Rubric,
} from '@/lib/prompts/rubric'
import { usesByHash } from './uses'
import { refuseBeyond } from '../row-limits'

type Uses = ReturnType<typeof usesByHash>
type VersionRow = typeof promptVersions.$inferSelect

/** Questions that come with the program as examples, by the ids under which they are listed. */
const BUILT_IN: Readonly<Record<string, Rubric>> = {
  'rubric-clarity': CLARITY,
  'column-intentions': INTENTIONS,
}

/** What questions of each sort are for, what they are answered with, and the metric that asks them. */
const SORTS = {
  rubric: {
    metric: 'rubric',
    purpose: 'Rates each row by a question and a scale of your own.',
    contract: 'One label or integer of the scale.',
  },
  column: {
    metric: 'prompt_column',
    purpose: 'Makes a column of the answers to a question of your own.',
    contract: 'A choice, a number, tags or a text.',
  },
} as const

function sortOf(scale: PromptScale | null): keyof typeof SORTS {
  return scale === null || isRating(scale) ? 'rubric' : 'column'
}

/** Returns the metric that asks a question of the user's own with these answers. */
export function questionMetric(scale: PromptScale | null): string {
  return SORTS[sortOf(scale)].metric
}

/** The measured metric that asks a judge this prompt; null for prompts that make texts. */
function metricOf(prompt: Prompt): string | null {
  if (kindOf(prompt) !== 'judge') return null
  const asks = listMeasured().find((metric) =>
    metric.prompts(parseParams(metric, {})).some(({ id }) => id === prompt.id),
  )
  return asks?.id ?? null
}

const NAMES: Record<PromptKind, string> = {
  evolve: 'Evolve',
  respond: 'Respond',
  judge: 'Judge model',
  rubric: 'Rubric',
  column: 'Column',
}

function kindOf({ id }: Prompt): PromptKind {
  if (id.startsWith('evolve-')) return 'evolve'
  return id.startsWith('judge-') ? 'judge' : 'respond'
}

function nameOf(prompt: Prompt): string {
  const [, ...words] = prompt.id.split('-')
  const rest = words.join(' ')
  return rest === '' ? NAMES[kindOf(prompt)] : `${NAMES[kindOf(prompt)]}: ${rest}`
}

/** Parameter that holds a user's text for a prompt of the program; null where no metric sends it. */
function textParamOf(prompt: Prompt): string | null {
  const kind = kindOf(prompt)
  if (kind === 'judge') return 'promptText'
  const operator = OPERATORS.find((one) => evolvePrompt(one).id === prompt.id)
  return operator === undefined ? null : textParam(operator)
}

function toVersion(row: VersionRow, params: PromptVersion['params'], uses: Uses): PromptVersion {
  return {
    id: row.id,
    version: `own ${row.version}`,
    template: row.template,
    scale: row.scale,
    hash: row.hash,
    parentHash: row.parentHash,
    note: row.note,
    createdAt: row.createdAt,
    params,
    uses: uses.get(row.hash) ?? [],
  }
}

function builtInVersion(
  text: { template: string; hash: string; version: string },
  params: PromptVersion['params'],
  uses: Uses,
): PromptVersion {
  return {
    id: null,
    version: text.version,
    template: text.template,
    scale: null,
    hash: text.hash,
    parentHash: null,
    note: 'comes with the program',
    createdAt: null,
    params,
    uses: uses.get(text.hash) ?? [],
  }
}

function builtInInfo(prompt: Prompt, own: VersionRow[], uses: Uses): PromptInfo {
  const kind = kindOf(prompt)
  const param = textParamOf(prompt)
  const paramsOf = (text: string) => (param === null ? null : { [param]: text })
  const base = builtInVersion(prompt, paramsOf(''), uses)
  return {
    id: prompt.id,
    kind,
    name: nameOf(prompt),
    purpose: prompt.purpose,
    required: [...prompt.placeholders],
    allowed: [...prompt.placeholders],
    contract: prompt.contract,
    metric: metricOf(prompt),
    versions: [...own.map((row) => toVersion(row, paramsOf(row.template), uses)), base],
  }
}

function questionInfo(id: string, own: VersionRow[], uses: Uses): PromptInfo {
  const versions = own.map((row) => {
    const { template, name } = row
    // Every question says what it is answered with; without that nobody can be asked.
    const params = row.scale && { promptText: template, name, scale: row.scale }
    return toVersion(row, params, uses)
  })
  const builtIn = Object.hasOwn(BUILT_IN, id) ? BUILT_IN[id] : undefined
  if (builtIn) {
    const { name, template, scale, hash } = builtIn
    const params = { promptText: template, name, scale }
    versions.push({ ...builtInVersion({ template, hash, version: '1' }, params, uses), scale })
  }
  const kind = id.startsWith('column-') ? 'column' : 'rubric'
  return {
    id,
    kind,
    name: own[0]?.name ?? builtIn?.name ?? NAMES[kind],
    ...SORTS[kind],
    // One of instruction and response must be there; which one is checked when it is saved.
    required: [],
    allowed: [...RUBRIC_PLACEHOLDERS],
    versions,
  }
}

/** Returns every prompt with its versions: those of the program in their order, then questions of the user's own, newest first. */
export function listPrompts(db: Db): PromptInfo[] {
  const query = db
    .select()
    .from(promptVersions)
    .where(isNull(promptVersions.deletedAt))
    .orderBy(desc(promptVersions.version))
  const { rows: readable, unreadable } = readableRows(() => query.all())
  const rows = [
    ...readable,
    // Its note says what is wrong with it.
    ...unreadable.map(
      ({ row, error }) => ({ ...row, scale: null, note: error.message }) as VersionRow,
    ),
  ]
  const byPrompt = new Map<string, VersionRow[]>()
  for (const row of rows) {
    byPrompt.set(row.promptId, [...(byPrompt.get(row.promptId) ?? []), row])
  }
  const uses = usesByHash(db)
  const known = new Set(PROMPTS.map((prompt) => prompt.id))
  const newest = (id: string) =>
    Math.max(0, ...(byPrompt.get(id) ?? []).map((row) => row.createdAt))
  const questions = [...byPrompt.keys()]
    .filter((id) => !known.has(id) && !Object.hasOwn(BUILT_IN, id))
    .toSorted((a, b) => newest(b) - newest(a))
  return [
    ...PROMPTS.map((prompt) => builtInInfo(prompt, byPrompt.get(prompt.id) ?? [], uses)),
    ...[...Object.keys(BUILT_IN), ...questions].map((id) =>
      questionInfo(id, byPrompt.get(id) ?? [], uses),
    ),
  ]
}

/** Returns every prompt with its versions, each with its uses in one study. */
export function promptsOf(db: Db, studyId: string): PromptInfo[] {
  return listPrompts(db).map((prompt) => ({
    ...prompt,
    versions: prompt.versions.map((version) => ({
      ...version,
      uses: version.uses.filter((use) => use.studyId === studyId),
    })),
  }))
}

/** Returns one prompt with its versions; throws `not_found`. */
export function getPromptInfo(db: Db, promptId: string): PromptInfo {
  const found = listPrompts(db).find((prompt) => prompt.id === promptId)
  if (!found) {
    throw new AppError('not_found', 'There is no such prompt; it may have been deleted.')
  }
  return found
}

/** Returns text, scale and hash of a draft as they would be stored; throws `invalid_input` naming what is wrong. */
export function checkDraft(draft: Pick<PromptDraft, 'promptId' | 'name' | 'template' | 'scale'>): {
  name: string
  template: string
  scale: PromptVersion['scale']
  hash: string
} {
  const builtIn = PROMPTS.find((prompt) => prompt.id === draft.promptId)
  if (!builtIn) {
    const { name, template, scale, hash } = defineRubric(draft)
    return { name, template, scale, hash }
  }
  const { template } = withText(builtIn, draft.template)
  return { name: '', template, scale: null, hash: hashText(template) }
}

/**
 * Stores a new version of a prompt, or a new question of the user's own (`promptId` null), and returns the prompt. Throws `conflict` when
 * the prompt has this very text already.
 */
export function savePrompt(db: Db, draft: PromptDraft): PromptInfo {
  const checked = checkDraft(draft)
  return inTransaction(db, () => {
    const promptId = draft.promptId ?? `${sortOf(checked.scale)}-${randomUUID()}`
    const existing = draft.promptId === null ? null : getPromptInfo(db, draft.promptId)
    if (existing && isOwnQuestion(existing.kind) && existing.kind !== sortOf(checked.scale)) {
      throw new AppError(
        'invalid_input',
        'A rubric stays a rubric and a question with other answers stays one, because other metrics ask them. Save it as a new question.',
      )
    }
    const same = existing?.versions.find((version) => version.hash === checked.hash)
    if (same) {
      throw new AppError('conflict', `Version ${same.version} has this very text and scale.`)
    }
    const highest = db
      .select({ version: max(promptVersions.version) })
      .from(promptVersions)
      .where(eq(promptVersions.promptId, promptId))
      .get()
    refuseBeyond(db, promptVersions, LIMITS.promptVersions, 'versions of prompts')
    db.insert(promptVersions)
      .values({
        id: randomUUID(),
        promptId,
        version: (highest?.version ?? 0) + 1,
        ...checked,
        parentHash: draft.parentHash,
        note: draft.note,
        createdAt: Date.now(),
      })
      .run()
    return getPromptInfo(db, promptId)
  })
}

/** Deletes a version (it can be restored for 7 days). Runs keep their cards: the text is part of their definition. */
export function deletePromptVersion(db: Db, id: string): void {
  const { changes } = db
    .update(promptVersions)
    .set({ deletedAt: Date.now() })
    .where(and(eq(promptVersions.id, id), isNull(promptVersions.deletedAt)))
    .run()
  if (changes === 0) throw new AppError('not_found', 'There is no such version of a prompt.')
}

/** Undoes the deletion of a version and returns its prompt. */
export function restorePromptVersion(db: Db, id: string): PromptInfo {
  const row = db
    .update(promptVersions)
    .set({ deletedAt: null })
    .where(eq(promptVersions.id, id))
    .returning()
    .get()
  if (!row) throw new AppError('not_found', 'There is no such version of a prompt.')
  return getPromptInfo(db, row.promptId)
}

/** Deletes a question of the user's own with all its versions and returns their ids, with which it can be restored. */
export function deleteRubric(db: Db, promptId: string): { versionIds: string[] } {
  if (PROMPTS.some((prompt) => prompt.id === promptId) || Object.hasOwn(BUILT_IN, promptId)) {
    throw new AppError(
      'conflict',
      'This prompt comes with the program. Delete its versions instead.',
    )
  }
  const rows = db
    .update(promptVersions)
    .set({ deletedAt: Date.now() })
    .where(and(eq(promptVersions.promptId, promptId), isNull(promptVersions.deletedAt)))
    .returning({ id: promptVersions.id })
    .all()
  if (rows.length === 0) throw new AppError('not_found', 'There is no such question of yours.')
  return { versionIds: rows.map((row) => row.id) }
}

/**
 * Returns the program's prompt with the text whose hash is given: its own, or that of a stored version, deleted ones
 * included, because a job may have begun before. Throws `not_found`.
 */
export function promptByHash(db: Db, promptId: string, hash: string): Prompt {
  const prompt = getPrompt(promptId)
  if (prompt.hash === hash) return prompt
  const row = db
    .select({ template: promptVersions.template, version: promptVersions.version })
    .from(promptVersions)
    .where(and(eq(promptVersions.promptId, promptId), eq(promptVersions.hash, hash)))
    .get()
  if (!row) {
    throw new AppError(
      'not_found',
      `No stored text of the prompt "${promptId}" has the hash ${hash.slice(0, 12)}. Choose another version.`,
    )
  }
  return withText(prompt, canonicalText(row.template))
}

/** Returns what gives the chosen version of a prompt by its id, those of the program where no hash is named. */
export function promptChoice(
  db: Db,
  hashes: Readonly<Record<string, string>>,
): (promptId: string) => Prompt {
  return (promptId) => {
    const hash = hashes[promptId]
    return hash === undefined ? getPrompt(promptId) : promptByHash(db, promptId, hash)
  }
}

/** Returns the stored name of a prompt text, such as "Judge model: level, own 2", or null when no stored version has it. */
export function promptNames(db: Db): (hash: string) => string | null {
  const names = new Map<string, string>()
  for (const prompt of listPrompts(db)) {
    for (const { hash, version } of prompt.versions) names.set(hash, `${prompt.name}, ${version}`)
  }
  return (hash) => names.get(hash) ?? null
}
