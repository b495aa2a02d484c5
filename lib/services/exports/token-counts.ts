import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import path from 'node:path'
import { eq } from 'drizzle-orm'
import type { Db } from '@/db/client'
import { requestCache } from '@/db/schema'
import type { MeteredSession } from '@/lib/backends/session/metered'
import { canonicalJson } from '@/lib/contracts/canonical-json'
import { shortHash } from '@/lib/contracts/format'
import { AppError, throwIfAborted } from '@/lib/errors'
import type { LengthCounter, LengthTexts } from '@/lib/formats/writers/types'
import { backendsNamed, listBackends } from '../backends'

/** A tokenizer as an export names it. */
type Choice =
  | { kind: 'backend'; id: string; label: string; probed: unknown }
  | { kind: 'file'; file: string }

/** What a tokenizer counted, by the hash of the texts: the same texts are counted once, whatever else is exported. */
interface Counts {
  name: string
  /** What tells the tokenizer from others: hash of its file, or the model's identity. */
  tokenizer: string
  tokens: Map<string, number>
}

/** Returns the tokenizer that the options of a format name, null where none is named. Throws `invalid_input` for one that is not known. */
export function tokenizerChoice(db: Db, options: Record<string, unknown>): Choice | null {
  const { tokenizer } = options
  const name = typeof tokenizer === 'string' ? tokenizer.trim() : ''
  if (name === '') return null
  const { found, labels } = backendsNamed(listBackends(db), name)
  const [backend] = found
  if (backend && found.length === 1) {
    const { id, label, probe } = backend
    return { kind: 'backend', id, label, probed: probe?.identity ?? null }
  }
  if (backend)
    throw new AppError('invalid_input', `Several backends are called "${name}"; use the id.`)
  if (/[/\\]|\.json$/i.test(name)) return { kind: 'file', file: name }
  throw new AppError(
    'invalid_input',
    `Tokenizer: there is no backend "${name}". Name one (there are: ${labels}), or give the path of a tokenizer.json.`,
  )
}

/** What tells a file from itself after a change, without reading it. */
function fileFacts(file: string): unknown {
  const info = statSync(/*turbopackIgnore: true*/ file, { throwIfNoEntry: false })
  return info ? [info.size, info.mtimeMs] : null
}

/** Under which key of the request cache the counts lie: another model behind a backend, or another file, begins anew. */
function keyOf(studyId: string, choice: Choice): Buffer {
  const subject =
    choice.kind === 'file'
      ? [choice.file, fileFacts(choice.file)]
      : [choice.id, canonicalJson(choice.probed)]
  return createHash('sha256')
    .update(JSON.stringify(['export-tokens', studyId, ...subject]))
    .digest()
}

/** Eight bytes tell half a million rows apart but once in a hundred million studies. */
const HASH_BYTES = 8
const ENTRY_BYTES = HASH_BYTES + 4

function hashOf({ asked, answers }: LengthTexts): string {
  const hash = createHash('md5')
    .update(JSON.stringify([asked, answers]))
    .digest()
  return hash.toString('latin1', 0, HASH_BYTES)
}

function unpack(value: Buffer): Counts {
  const end = value.indexOf('\n')
  const { name, tokenizer } = JSON.parse(value.toString('utf8', 0, end)) as Omit<Counts, 'tokens'>
  const tokens = new Map<string, number>()
  for (let at = end + 1; at < value.length; at += ENTRY_BYTES) {
    const hash = value.toString('latin1', at, at + HASH_BYTES)
    tokens.set(hash, value.readUInt32LE(at + HASH_BYTES))
  }
  return { name, tokenizer, tokens }
}

function pack({ tokens, ...head }: Counts): Buffer {
  const entries = Buffer.alloc(tokens.size * ENTRY_BYTES)
  let at = 0
  for (const [hash, n] of tokens) {
    entries.write(hash, at, 'latin1')
    at = entries.writeUInt32LE(n, at + HASH_BYTES)
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), entries])
}

function readCounts(db: Db, studyId: string, choice: Choice): Counts | null {
  const key = keyOf(studyId, choice)
  const row = db.select().from(requestCache).where(eq(requestCache.key, key)).get()
  return row ? unpack(row.value) : null
}

function writeCounts(db: Db, studyId: string, choice: Choice, counts: Counts): void {
  const value = pack(counts)
  const [createdAt, usedAt] = [Date.now(), Date.now()]
  db.insert(requestCache)
    .values({ key: keyOf(studyId, choice), call: 'tokens', value, createdAt, usedAt })
    .onConflictDoUpdate({ target: requestCache.key, set: { value, usedAt } })
    .run()
}

/** Returns what tells lengths by the counts that are kept, and counts nothing; null where no tokenizer was chosen. */
export function keptCounter(
  db: Db,
  studyId: string,
  options: Record<string, unknown>,
): LengthCounter | null {
  const choice = tokenizerChoice(db, options)
  if (!choice) return null
  const counts = readCounts(db, studyId, choice)
  const named = choice.kind === 'file' ? path.basename(choice.file) : `the model of ${choice.label}`
  return {
    name: counts?.name ?? named,
    count: async (rows) => rows.map((row) => counts?.tokens.get(hashOf(row)) ?? null),
  }
}

/** A tokenizer that is open. */
interface OpenTokenizer {
  name: string
  tokenizer: string
  tokenize(texts: readonly string[]): Promise<readonly { length: number }[]>
  /** Returns once every count so far is known to be of this model. */
  confirm(): Promise<void>
}

/** Where tokens are counted, and who is told of it. */
export interface CountingHooks {
  signal: AbortSignal
  openBackend(backendId: string): Promise<MeteredSession>
  /** Runs what is written to the database while the job is still this worker's. */
  commit(work: () => void): void
  onRows(done: number): void
}

async function openTokenizer(
  choice: Choice,
  { openBackend, signal }: CountingHooks,
): Promise<OpenTokenizer> {
  if (choice.kind === 'file') {
    // Only the process that counts loads what reads tokenizers.
    const { loadTokenizer } = await import('@/lib/backends/tokenizer/local')
    const { hash, encode } = await loadTokenizer(choice.file)
    return {
      name: `${path.basename(choice.file)} (sha256 ${shortHash(hash)})`,
      tokenizer: hash,
      tokenize: async (texts) => texts.map((text) => encode(text, false)),
      confirm: async () => undefined,
    }
  }
  const session = await openBackend(choice.id)
  const { identity, fingerprint, tokenize } = session
  if (!tokenize) {
    throw new AppError(
      'capability_missing',
      `${choice.label} offers no tokenizer. Choose another backend, or the tokenizer.json of the model to train.`,
    )
  }
  const revision = identity.revision === 'unknown' ? '' : `, ${shortHash(identity.revision)}`
  return {
    name: `the tokenizer of ${identity.model} (${choice.label}${revision})`,
    tokenizer: canonicalJson([identity, fingerprint]),
    tokenize: (texts) => tokenize(texts, false, signal),
    confirm: () => session.confirm(signal),
  }
}

/** Counts are kept this often, so that a job that was stopped loses little. */
const SAVE_MS = 10_000

/**
 * Returns what tells lengths and counts the rows that are not counted yet, and what keeps the counts at the end; null where no tokenizer was
 * chosen.
 */
export async function openCounter(
  db: Db,
  studyId: string,
  options: Record<string, unknown>,
  hooks: CountingHooks,
): Promise<{ counter: LengthCounter; save(): Promise<void> } | null> {
  const choice = tokenizerChoice(db, options)
  if (!choice) return null
  const { name, tokenizer, tokenize, confirm } = await openTokenizer(choice, hooks)
  const kept = readCounts(db, studyId, choice)
  const tokens = kept?.tokenizer === tokenizer ? kept.tokens : new Map<string, number>()
  let [done, saved, savedAt] = [0, tokens.size, Date.now()]
  const save = async () => {
    if (saved === tokens.size) return
    await confirm()
    hooks.commit(() => writeCounts(db, studyId, choice, { name, tokenizer, tokens }))
    ;[saved, savedAt] = [tokens.size, Date.now()]
  }
  const countNew = async (rows: readonly LengthTexts[]) => {
    const texts = rows.flatMap(({ asked, answers }) => [...asked, ...answers])
    // Servers differ in what they say of an empty text, which has no tokens.
    const filled = texts.filter((text) => text !== '')
    const sizes = filled.length === 0 ? [] : await tokenize(filled)
    let next = 0
    const sizeOf = (text: string) => (text === '' ? 0 : (sizes[next++]?.length ?? 0))
    for (const row of rows) {
      const asked = row.asked.reduce((sum, text) => sum + sizeOf(text), 0)
      tokens.set(hashOf(row), asked + Math.max(0, ...row.answers.map(sizeOf)))
    }
  }
  const count: LengthCounter['count'] = async (rows) => {
    throwIfAborted(hooks.signal)
    const hashes = rows.map(hashOf)
    const isNew = (hash: string, i: number) => !tokens.has(hash) && hashes.indexOf(hash) === i
    await countNew(rows.filter((_, i) => isNew(hashes[i] as string, i)))
    hooks.onRows((done += rows.length))
    if (Date.now() - savedAt > SAVE_MS) await save()
    return hashes.map((hash) => tokens.get(hash) ?? null)
  }
  return { counter: { name, count }, save }
}
