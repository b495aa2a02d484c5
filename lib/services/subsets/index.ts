import { randomUUID } from 'node:crypto'
import { and, desc, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { subsets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { countMask } from '@/lib/columns/filter'
import { emptyFilter } from '@/lib/contracts/filter'
import { cleanName } from '@/lib/contracts/plain-text'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import {
  subsetRuleSchema,
  type RuleInfo,
  type SavedSubset,
  type SubsetFunnel,
  type SubsetRule,
} from '@/lib/contracts/subset'
import { AppError } from '@/lib/errors'
import { describeParams } from '@/lib/contracts/describe-params'
import { funnelSteps, RULES } from '@/lib/subsets'
import { PRESETS } from '@/lib/subsets/presets'
import { markDeleted, markRestored } from '../deletion'
import { scopeOfStudy } from '../rows/select'
import { getStudy } from '../studies'
import { applyWarm } from './apply'
import { listBenchmarks } from './benchmarks'
import { rulesHash, storedSubset } from './stored'

/** What the page draws with controls of its own. */
const OWN_CONTROLS = new Set([
  'rule',
  'off',
  'filter',
  'quotas',
  'only',
  'without',
  'only_tags',
  'without_tags',
  'benchmarks',
])

function ruleInfos(): RuleInfo[] {
  return subsetRuleSchema.options.map((schema) => {
    const { value: id } = schema.shape.rule
    const { label, description } = RULES[id]
    const own = Object.entries(schema.shape).filter(([name]) => !OWN_CONTROLS.has(name))
    const params = describeParams(z.object(Object.fromEntries(own)))
    return { id, label, description, params }
  })
}

/** Returns the kinds of rules, the presets, and the benchmarks that were added. */
export function subsetKit(db: Db) {
  return { rules: ruleInfos(), presets: [...PRESETS], benchmarks: listBenchmarks(db) }
}

/**
 * Returns what each rule leaves of a study and why. Throws `invalid_input` that names the rule which means nothing here;
 * its details have the steps before it.
 */
export async function subsetFunnel(
  db: Db,
  studyId: string,
  rules: readonly SubsetRule[],
  signal?: AbortSignal,
): Promise<SubsetFunnel> {
  getStudy(db, studyId)
  const started = performance.now()
  const applied = await applyWarm(scopeOfStudy(db, studyId), rules, signal)
  const { steps, rowsInStudy, places } = applied
  const cells = places.cells.map((cell) => ({
    cellId: cell.id,
    seedSet: cell.seedSetKey,
    evolver: cell.armKey ?? SEEDS_KEY,
    round: cell.round,
    rows: countMask(applied.ofCell(cell.no)),
    outOf: cell.rowCount - cell.skipped.length,
  }))
  return {
    hash: rulesHash(rules),
    rowsInStudy,
    rows: cells.reduce((sum, { rows }) => sum + rows, 0),
    ms: Math.round(performance.now() - started),
    steps: funnelSteps(steps),
    cells,
  }
}

/** Returns the study's saved subsets, newest first. Those that cannot be read are left out; exports list them with the reason. */
export function listSubsets(db: Db, studyId: string): SavedSubset[] {
  getStudy(db, studyId)
  const { id, name, recipe, rowCount, createdAt } = subsets
  const query = db
    .select({ id, name, recipe, rowCount, createdAt })
    .from(subsets)
    .where(and(eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
    .orderBy(desc(createdAt))
  return readableRows(() => query.all()).rows.flatMap(({ recipe: { rules }, ...row }) =>
    rules ? [{ ...row, rules, hash: rulesHash(rules) }] : [],
  )
}

/** Returns the subsets that a name and seeds stand for: the rules as they are, or once for each random seed. */
export function seededRules(
  name: string,
  rules: readonly SubsetRule[],
  seeds: readonly number[],
): { name: string; rules: SubsetRule[] }[] {
  if (seeds.length === 0) return [{ name, rules: [...rules] }]
  if (!rules.some((rule) => 'seed' in rule)) {
    throw new AppError(
      'invalid_input',
      'No rule draws at random, so several seeds would give one subset. Add a rule of random rows, or give no seeds.',
    )
  }
  return [...new Set(seeds)].map((seed) => ({
    name: `${name}-seed${seed}`,
    rules: rules.map((rule) => ('seed' in rule ? { ...rule, seed } : rule)),
  }))
}

/** Saves rules under a name and returns the subset; the same rules under the same name are the same subset. */
export function saveSubset(
  db: Db,
  studyId: string,
  given: { name: string; rules: SubsetRule[] },
  rowCount: number,
): SavedSubset {
  const name = cleanName(given.name)
  if (name === '') throw new AppError('invalid_input', 'Give the subset a name.')
  const hash = rulesHash(given.rules)
  const same = listSubsets(db, studyId).find((one) => one.name === name && one.hash === hash)
  if (same) return same
  const id = randomUUID()
  const createdAt = Date.now()
  const filter = { ...emptyFilter(), where: { is: 'subset' as const, id, inside: true } }
  db.insert(subsets)
    .values({
      id,
      studyId,
      name,
      state: { filter, sort: { column: 'position', descending: false }, columns: [] },
      recipe: { rules: given.rules },
      rowCount,
      createdAt,
    })
    .run()
  return { id, name, hash, rowCount, createdAt, rules: given.rules }
}

/** Brings a deleted subset back and returns it; `not_found` when the study has no deleted one of this id. */
export function restoreSubset(db: Db, studyId: string, subsetId: string): SavedSubset {
  markRestored(db, subsets, studyId, subsetId, 'deleted subset')
  return storedSubset(db, studyId, subsetId)
}

/** Deletes a saved subset, which can be restored for seven days; `not_found` when the study has none of this id. */
export function deleteSubset(db: Db, studyId: string, subsetId: string): void {
  markDeleted(db, subsets, studyId, subsetId, 'subset')
}
