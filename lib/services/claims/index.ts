import type { Db } from '@/db/client'
import {
  CLAIM_QUESTIONS,
  VERDICTS,
  type ClaimCard,
  type ClaimChoice,
  type ClaimList,
  type ClaimQuestion,
  type Finding,
  type Verdict,
} from '@/lib/contracts/claims'
import { citationOf } from '@/lib/contracts/citation'
import { formatCount, plural } from '@/lib/contracts/format'
import type { RunInfo } from '@/lib/contracts/study'
import { AppError, throwIfAborted } from '@/lib/errors'
import { getFigure } from '@/lib/figures'
import { cachesOf } from '../columns/cache'
import { APP_VERSION } from '../runs/definition'
import { deviationsOf, modelOf } from './deviations'
import { checkOwnClaim, ownEntries, storedOwnClaims } from './own'
import type { ClaimEntry } from './entries/entry'
import { CLAIMS } from './registry'
import { claimStudy, type ClaimStudy, type Outcome } from './study'
import { judged, verdictOf } from './verdict'

type Described = Pick<ClaimEntry, 'id' | 'question' | 'claim' | 'check' | 'published' | 'figures'>

const SCENARIO_NAMES = {
  'evol-instruct': 'Evol-Instruct',
  autoif: 'AutoIF',
  'auto-evol': 'Auto Evol-Instruct',
  other: 'another method',
}

function runsOf({ detail }: ClaimStudy, findings: readonly Finding[]): RunInfo[] {
  const ids = new Set(findings.flatMap(({ runs }) => runs))
  return detail.runs.filter(({ id }) => ids.has(id))
}

function rowsOf(findings: readonly Finding[]): ClaimCard['rows'] {
  const states = findings.flatMap(({ compare }) => compare ?? [])
  if (states.length === 0) return null
  const sides = states.flatMap(({ a, b }) => [a, b])
  return {
    arms: [...new Set(sides.map(({ arm }) => arm))],
    rounds: [...new Set(sides.map(({ round }) => round))].toSorted((a, b) => a - b),
    seedSets: [...new Set(states.flatMap(({ seedSets }) => seedSets))],
  }
}

/** What a verdict rests on, in words: the differences with their counts, and the files of results. */
function basisOf(verdict: Verdict, findings: readonly Finding[], files: readonly string[]): string {
  const counted = findings.filter(({ n, expected }) => n > 0 && expected !== null)
  const ns = counted.map(({ n }) => n)
  const [least, most] = [Math.min(...ns), Math.max(...ns)].map(formatCount)
  const range = least === most ? `n ${least}` : `n ${least} to ${most}`
  return [
    `verdict: ${VERDICTS[verdict].toLowerCase()}`,
    ...(counted.length > 0 ? [`${plural(counted.length, 'difference')}, ${range}`] : []),
    ...(files.length > 0 ? [`results of ${files.join(', ')}`] : []),
  ].join('; ')
}

function cardOf(study: ClaimStudy, entry: Described, outcome: Outcome): ClaimCard {
  const { id, question, claim, check, published } = entry
  const findings = judged(outcome.findings)
  const found = verdictOf(findings)
  const isDoubtful = found.verdict === 'match' && outcome.doubt != null
  const verdict = isDoubtful ? 'not_comparable' : found.verdict
  const usedRuns = runsOf(study, findings)
  const runs = usedRuns.map((run) => ({
    runId: run.id,
    metric: run.metricLabel,
    definitionHash: run.definitionHash,
    model: modelOf(run),
  }))
  const resultFiles = outcome.resultFiles ?? []
  return {
    id,
    question,
    claim,
    check,
    published,
    figures: entry.figures.map((link) => ({ ...link, title: getFigure(link.id).title })),
    verdict,
    because: isDoubtful ? (outcome.doubt ?? null) : found.because,
    deviations: hasPublished(question) ? deviationsOf(usedRuns, { resultFiles }) : [],
    actions: outcome.actions ?? [],
    findings,
    notes: outcome.notes ?? [],
    runs,
    resultFiles,
    rows: rowsOf(findings),
    citation: citationOf({
      kind: 'claim',
      title: `${id}: ${claim}`,
      study: study.detail.study.name,
      basis: basisOf(verdict, findings, resultFiles),
      runs,
      version: APP_VERSION,
      at: Date.now(),
    }),
  }
}

/** Whether the paper measured the same, so that it matters how. */
function hasPublished(question: ClaimQuestion): boolean {
  return question !== 'own' && question !== 'extra'
}

const SIDES_ACTION = {
  kind: 'sides',
  text: 'Choose the small and the large evolver above (--small and --large on the command line).',
} as const

/** Why a claim is not about this study at all; null where it may be. */
function outOfScope(
  study: ClaimStudy,
  entry: ClaimEntry,
): Pick<ClaimCard, 'because' | 'actions'> | null {
  const { small, large } = study
  if (!small || !large) {
    const missing = [small ? [] : 'small', large ? [] : 'large'].flat().join(' and ')
    const because = `The study does not have exactly one ${missing} evolver, so the sides must be chosen.`
    return { because, actions: [SIDES_ACTION] }
  }
  const { scenario } = entry
  const other = [small, large].find((arm) => arm.scenario !== scenario && arm.scenario !== 'other')
  if (!scenario || !other) return null
  const names = [SCENARIO_NAMES[scenario], SCENARIO_NAMES[other.scenario]]
  return {
    because: `The claim is about ${names[0]}, and the rows of ${other.label} were made by ${names[1]}.`,
    actions: [{ kind: 'import', text: `Import rows that both evolvers made by ${names[0]}.` }],
  }
}

async function checkOne(study: ClaimStudy, entry: ClaimEntry): Promise<ClaimCard> {
  const scope = outOfScope(study, entry)
  const { small, large } = study
  if (scope || !small || !large) {
    return { ...cardOf(study, entry, { findings: [] }), ...scope }
  }
  return cardOf(study, entry, await entry.run(study, { small, large }))
}

/** Returns the claims that can be checked on a study, its sides, and its own claims; nothing is computed yet. Throws `not_found`. */
export function listClaims(db: Db, studyId: string, choice: ClaimChoice): ClaimList {
  const study = claimStudy(db, studyId, choice, new AbortController().signal)
  const armOf = ({ key, label, armClass }: NonNullable<ClaimStudy['small']>) => ({
    key,
    label,
    armClass,
  })
  const own = storedOwnClaims(db, studyId)
  return {
    small: study.small && armOf(study.small),
    large: study.large && armOf(study.large),
    arms: study.detail.arms.map(armOf),
    margin: study.margin,
    claims: [...CLAIMS, ...own.claims.map((claim) => ({ ...claim, question: 'own' as const }))].map(
      ({ id, claim, question }) => ({ id, claim, question }),
    ),
    own: own.text,
    ownError: own.error,
  }
}

/**
 * Returns the claims of the paper and of the study's own file with what the study's data say of each; `ids` names some of
 * them. What was found is kept until rows, runs, alignments or results change. Throws `not_found` for an unknown claim.
 */
export async function checkClaims(
  db: Db,
  studyId: string,
  choice: ClaimChoice,
  options: {
    ids?: readonly string[]
    ownText?: string
    signal?: AbortSignal
    /** Told before each claim how many are checked, of all. */
    onProgress?(done: number, total: number): void
  } = {},
): Promise<ClaimCard[]> {
  const { ids, ownText, signal = new AbortController().signal } = options
  const study = claimStudy(db, studyId, choice, signal)
  const own = ownText === undefined ? storedOwnClaims(db, studyId).claims : ownEntries(ownText)
  const all = [
    ...CLAIMS.map((entry) => ({ id: entry.id, text: '', run: () => checkOne(study, entry) })),
    ...own.map((claim) => ({
      id: claim.id,
      text: JSON.stringify(claim),
      run: async () => {
        const { entry, outcome } = await checkOwnClaim(study, claim)
        return cardOf(study, entry, outcome)
      },
    })),
  ]
  const unknown = ids?.find((id) => !all.some((claim) => claim.id === id))
  if (unknown !== undefined) {
    const names = all.map(({ id }) => id).join(', ')
    throw new AppError('not_found', `There is no claim "${unknown}". There are: ${names}.`)
  }
  const kept = cachesOf(db).results
  const sides = JSON.stringify([study.small?.key, study.large?.key, study.margin])
  const cards: ClaimCard[] = []
  const wanted = all.filter((claim) => ids?.includes(claim.id) ?? true)
  for (const { id, text, run } of wanted) {
    throwIfAborted(signal)
    options.onProgress?.(cards.length, wanted.length)
    const key = `claim/${studyId}/${id}/${sides}/${text}`
    const card = kept.peek<ClaimCard>(key, study.stamp) ?? (await run())
    kept.put(key, study.stamp, card, JSON.stringify(card).length * 2)
    cards.push(card)
  }
  return cards
}

/** Returns one line that counts the verdicts of cards. */
export function verdictCounts(cards: readonly ClaimCard[]): string {
  const of = (verdict: ClaimCard['verdict']) =>
    cards.filter((card) => card.verdict === verdict).length
  return `${plural(cards.length, 'claim')}: ${of('match')} match, ${of('differs')} differ, ${of('not_comparable')} not comparable.`
}

/** Returns cards by what they are about, in the order of the page; questions without cards are left out. */
export function byQuestion<T extends { question: ClaimQuestion }>(
  cards: readonly T[],
): { title: string; cards: T[] }[] {
  return Object.entries(CLAIM_QUESTIONS).flatMap(([question, title]) => {
    const some = cards.filter((card) => card.question === question)
    return some.length > 0 ? [{ title, cards: some }] : []
  })
}
