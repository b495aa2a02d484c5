import type { Db } from '@/db/client'
import type { RowFilter } from '@/lib/contracts/filter'
import { lineageSortSchema, type SeedPlace } from '@/lib/contracts/lineage'
import { AppError } from '@/lib/errors'
import type { FigureData } from '@/lib/figures/types'
import { columnReader, listColumns } from '../columns'
import { lineagePage, lineageStory } from '../lineage'
import { listArms, listSeedSets } from '../studies/detail'
import { factsOf, toInfo } from './data'

/** Seeds that are shown while none are chosen. */
const FIRST_SEEDS = 2

/** The seeds in the filter's order, rows without a seed left out. */
async function firstSeeds(db: Db, studyId: string, filter: RowFilter): Promise<SeedPlace[]> {
  const { seeds } = await lineagePage(db, studyId, {
    filter,
    sort: lineageSortSchema.parse({}),
    columns: [],
    offset: 0,
    limit: FIRST_SEEDS,
  })
  return seeds.flatMap(({ seedSetKey, slot }) => (slot === null ? [] : [{ seedSetKey, slot }]))
}

/**
 * Returns the stories of chosen seeds with the values of columns; none chosen: those of the first seeds that the filter leaves. Throws
 * `not_found` for a seed of which no row is there, `invalid_input` for a seed without its seed set where there are several.
 */
export async function loadCases(
  db: Db,
  studyId: string,
  {
    seeds: chosen,
    columns,
    filter,
  }: { seeds: readonly SeedPlace[]; columns: readonly string[]; filter: RowFilter },
): Promise<FigureData> {
  const seedSets = listSeedSets(db, studyId).map(({ key, label }) => ({ key, label }))
  const [only] = seedSets
  const seeds = chosen.length > 0 ? chosen : await firstSeeds(db, studyId, filter)
  const stories = []
  for (const { seedSetKey, slot } of seeds) {
    if (seedSetKey === '' && seedSets.length !== 1) {
      const example = seedSets.map(({ key }) => `${slot}~${encodeURIComponent(key)}`).join(' or ')
      throw new AppError(
        'invalid_input',
        `The study has several seed sets: write seed ${slot} as ${example}.`,
      )
    }
    const place = { seedSetKey: seedSetKey === '' ? (only?.key ?? '') : seedSetKey, slot }
    stories.push(await lineageStory(db, studyId, place, columns))
  }
  const reader = columnReader(db, studyId)
  const shown = new Map(columns.flatMap((id) => reader.runOf(id) ?? []).map((run) => [run.id, run]))
  const facts = factsOf(db, [...shown.keys()])
  const runs = [...shown.values()].map(({ id, definitionHash }) => ({
    runId: id,
    definitionHash,
    model: facts.get(id)?.model ?? null,
  }))
  const infos = listColumns(db, studyId, { all: true }).filter(({ id }) => columns.includes(id))
  return {
    series: [],
    columns: Object.fromEntries(infos.map((info) => [info.id, toInfo(info)])),
    cases: { stories, arms: listArms(db, studyId), seedSets, runs },
  }
}
