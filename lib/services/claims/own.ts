import { eq, inArray, lt, sql } from 'drizzle-orm'
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
} from 'yaml'
import type { Db } from '@/db/client'
import { settings, studies } from '@/db/schema'
import { parseSide } from '@/lib/contracts/compare-names'
import { OWN_CLAIMS_SIZE, ownClaimsSchema, type OwnClaim } from '@/lib/contracts/claims'
import { benchmarkKey, type StoredResult } from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { AppError, errorMessage } from '@/lib/errors'
import { getStudy } from '../studies'
import { IMPORT_RESULTS } from './checks/results'
import { columnFindings, emptyAction } from './columns'
import { filesOf, pairResults, resultFinding } from './results'
import type { ClaimEntry } from './entries/entry'
import type { ClaimStudy, Outcome } from './study'
import { emptyFinding } from './verdict'

/** A claim of a file; its id is its place there where it has none. */
export type NamedClaim = OwnClaim & { id: string }

function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  // What is missing has no place: the nearest thing around it has.
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth) as (string | number)[], true)
    const range = isNode(node) ? node.range : null
    if (range) return lines.linePos(range[0]).line
  }
  return 1
}

/** The line of a key that does not belong where it stands. */
function lineOfKey(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  key: string,
): number {
  const parent = document.getIn(path as (string | number)[], true)
  const pair = isMap(parent)
    ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === key)
    : undefined
  const range = pair && isScalar(pair.key) ? pair.key.range : null
  return range ? lines.linePos(range[0]).line : lineOf(document, lines, path)
}

function refuse(line: number, what: string): never {
  throw new AppError('invalid_input', `Own claims, line ${line}: ${what}`)
}

/**
 * Returns the claims of a YAML text. Throws `invalid_input` naming line, key and what is expected there; nothing of such a
 * file is used. Anchors and tags are refused: the file is data that people write by hand.
 */
export function ownEntries(text: string): NamedClaim[] {
  if (text.length > OWN_CLAIMS_SIZE) {
    throw new AppError(
      'invalid_input',
      `Own claims have at most ${OWN_CLAIMS_SIZE} characters; this file has ${text.length}.`,
    )
  }
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    uniqueKeys: true,
    prettyErrors: false,
  })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) {
    refuse(
      lines.linePos(problem.pos[0]).line,
      `this is not YAML that can be read (${problem.message}).`,
    )
  }
  const parsed = ownClaimsSchema.safeParse(plainOf(document))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path ?? []
    const where =
      path.length > 0
        ? path.map((part) => (typeof part === 'number' ? part + 1 : String(part))).join('.')
        : 'the file'
    if (issue?.code === 'unrecognized_keys') {
      const [key = ''] = issue.keys
      const known =
        'id, claim, metric, result (benchmark, metric), a, b, direction, margin, seedSets and source'
      refuse(
        lineOfKey(document, lines, path, key),
        `${where} has a key "${key}". Expected are ${known}.`,
      )
    }
    const line = lineOf(document, lines, path)
    refuse(line, `${where}: expected ${expectation(issue?.message)}.`)
  }
  const ids = new Set<string>()
  return parsed.data.claims.map((claim, at) => {
    const id = `own-${claim.id ?? at + 1}`
    if (ids.has(id)) {
      refuse(
        lineOf(document, lines, ['claims', at, 'id']),
        `two claims have the id "${id.slice(4)}". Give each its own.`,
      )
    }
    ids.add(id)
    return { ...claim, id }
  })
}

function expectation(message: string | undefined): string {
  return (message ?? 'something else')
    .replace(/^Invalid input: expected /, '')
    .replace(/^Invalid string: must match pattern .*$/, 'another form')
}

/** The file's value; references to other places of it are refused, since they can make a small file huge. */
function plainOf(document: Document): unknown {
  try {
    return isSeq(document.contents) || isMap(document.contents)
      ? document.toJS({ maxAliasCount: 0 })
      : document.contents
  } catch (error) {
    return refuse(
      1,
      `the file refers to another place of itself (${errorMessage(error)}). Write it out.`,
    )
  }
}

const KEY = 'own-claims/'

/** Returns the key under which the own claims of a study are stored. */
export const ownClaimsKey = (studyId: string) => `${KEY}${studyId}`

/** Removes the files of studies that were deleted before a time; returns how many. */
export function purgeOwnClaims(db: Db, before: number): number {
  const keys = db
    .select({ key: sql<string>`${KEY} || ${studies.id}` })
    .from(studies)
    .where(lt(studies.deletedAt, before))
  return db.delete(settings).where(inArray(settings.key, keys)).run().changes
}

/** Returns the text and claims of the file that a study keeps, and why it cannot be used where that is so. */
export function storedOwnClaims(
  db: Db,
  studyId: string,
): { text: string | null; claims: NamedClaim[]; error: string | null } {
  const row = db
    .select()
    .from(settings)
    .where(eq(settings.key, ownClaimsKey(studyId)))
    .get()
  if (typeof row?.value !== 'string') return { text: null, claims: [], error: null }
  try {
    return { text: row.value, claims: ownEntries(row.value), error: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { text: row.value, claims: [], error: error.message }
  }
}

/** Keeps a file of own claims with a study in place of the one before; an empty text removes it. Throws `invalid_input`. */
export function saveOwnClaims(db: Db, studyId: string, text: string): void {
  getStudy(db, studyId)
  const key = ownClaimsKey(studyId)
  if (text.trim() === '') {
    db.delete(settings).where(eq(settings.key, key)).run()
    return
  }
  ownEntries(text)
  const set = { value: text, updatedAt: Date.now() }
  db.insert(settings)
    .values({ key, ...set })
    .onConflictDoUpdate({ target: settings.key, set })
    .run()
}

function sideOf(study: ClaimStudy, text: string) {
  if (text === SEEDS_KEY) return { arm: SEEDS_KEY, round: 0, label: 'Seeds' }
  const { arm: key, round } = parseSide(text) ?? { arm: text, round: 0 }
  const arm = study.detail.arms.find((one) => one.key === key)
  return { arm: key, round, label: `${arm?.label ?? key}, round ${round}`, isUnknown: !arm }
}

async function findOwn(study: ClaimStudy, own: NamedClaim): Promise<Outcome> {
  const [a, b] = [sideOf(study, own.a), sideOf(study, own.b)]
  const { direction, margin, metric, result, seedSets } = own
  if (metric !== undefined) {
    const columns = [{ id: metric, expected: direction, margin }]
    const findings = await columnFindings(study, { a, b, columns, seedSets, label: '' })
    const isEmpty = findings.every(({ n }) => n === 0)
    return { findings, actions: isEmpty ? [emptyAction(study, metric, findings)] : [] }
  }
  const isSide =
    (side: typeof a) =>
    ({ mapping }: StoredResult) =>
      mapping.armKey === side.arm && (side.arm === SEEDS_KEY || mapping.round === side.round)
  const paired = pairResults(
    study.results.filter(
      (one) =>
        benchmarkKey(one.benchmark) === benchmarkKey(result?.benchmark ?? '') &&
        (result?.metric === undefined || one.metric === result.metric) &&
        (seedSets.length === 0 || one.mapping.seedSets.every((key) => seedSets.includes(key))),
    ),
    { a: isSide(a), b: isSide(b), without: a.round === b.round ? [] : ['round'] },
  )
  const fields = { label: result?.benchmark ?? '', a: a.label, b: b.label }
  const finding = await resultFinding(study, paired, { ...fields, expected: direction, margin })
  return {
    findings: [finding],
    actions: finding.n === 0 ? [IMPORT_RESULTS] : [],
    resultFiles: filesOf(paired.pairs),
  }
}

function isNumber({ detail }: ClaimStudy, columnId: string): boolean {
  return detail.columns.some(({ id, shape }) => id === columnId && shape === 'scalar')
}

const DIRECTION_WORDS = { higher: 'higher than', lower: 'lower than', not_lower: 'not lower than' }

/** Returns an own claim as a card's description, with what was found for it; what the study does not have is said, not thrown. */
export async function checkOwnClaim(
  study: ClaimStudy,
  own: NamedClaim,
): Promise<{ entry: Omit<ClaimEntry, 'run'>; outcome: Outcome }> {
  const what = own.metric ?? [own.result?.benchmark, own.result?.metric].filter(Boolean).join(', ')
  const by = own.margin > 0 ? ` by a margin of ${own.margin}` : ''
  const entry = {
    id: own.id,
    claim: own.claim,
    question: 'own' as const,
    // Coded columns have no density; the results page lists single results.
    figures:
      own.metric === undefined || !isNumber(study, own.metric)
        ? []
        : [{ id: 'distribution', options: { column: own.metric } }],
    check: `${what}: ${own.a} ${DIRECTION_WORDS[own.direction]} ${own.b}${by}.`,
    published: own.source ?? 'No published number.',
  }
  try {
    return { entry, outcome: await findOwn(study, own) }
  } catch (error) {
    // The study may lose an evolver, a seed set or a column after the file was stored.
    if (!(error instanceof AppError) || error.code === 'cancelled') throw error
    const because = error.message.replace(/\.$/, '')
    const finding = emptyFinding({ label: what, a: own.a, b: own.b, because })
    return { entry, outcome: { findings: [finding] } }
  }
}
