import { and, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { Db } from '@/db/client'
import { resultModels, subsets } from '@/db/schema'
import { readableRows } from '@/db/stored-json'
import { cleanName } from '@/lib/contracts/plain-text'
import {
  resultModelSchema,
  unknownModel,
  type MappedModel,
  type ResultModel,
} from '@/lib/contracts/results'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import { AppError } from '@/lib/errors'
import { recipeMark } from '@/lib/formats/llama-factory/output-folder'
import { getStudy } from '../studies'
import { listArms, listSeedSets } from '../studies/detail'

/** `saves/<subset>-<8 hexadecimal digits>`, also where the harness wrote `__` for `/`. */
const RECIPE_NAME = /([a-z0-9_-]+)-([0-9a-f]{8})(?![0-9a-f])/g

const sourcesSchema = z.array(
  z.object({ seed_set: z.string(), evolver: z.string(), round: z.number() }),
)

type Mapping = Pick<MappedModel, 'mapping' | 'from'>

/** The exports of a study by the mark of their recipe. */
function exportsByMark(db: Db, studyId: string) {
  const query = db
    .select({ id: subsets.id, name: subsets.name, recipe: subsets.recipe })
    .from(subsets)
    .where(and(eq(subsets.studyId, studyId), isNull(subsets.deletedAt)))
  return new Map(
    readableRows(() => query.all()).rows.flatMap(({ id, name, recipe: { recipe } }) =>
      recipe ? [[recipeMark(recipe), { id, name, recipe }] as const] : [],
    ),
  )
}

function only<T>(values: readonly T[]): T | null {
  const [first = null, ...rest] = new Set(values)
  return rest.length === 0 ? first : null
}

/** What a model was trained on, from the recipe of the export that its name holds. */
function fromRecipe(
  db: Db,
  studyId: string,
  model: string,
  marks: ReturnType<typeof exportsByMark>,
): Mapping | null {
  for (const [, name = '', mark = ''] of model.matchAll(RECIPE_NAME)) {
    const found = marks.get(mark)
    // Eight digits may be anything; with the name of the export before them they are not.
    if (!found || !name.endsWith(found.name)) continue
    const sources = sourcesSchema.safeParse(found.recipe['sources']).data ?? []
    const keys = new Map(listArms(db, studyId).map(({ key, label }) => [label, key]))
    const arms = sources.map(({ evolver }) =>
      evolver === SEEDS_KEY ? SEEDS_KEY : (keys.get(evolver) ?? null),
    )
    const mapping = {
      ...unknownModel(),
      armKey: only(arms),
      round: only(sources.map(({ round }) => round)),
      seedSets: [...new Set(sources.map(({ seed_set }) => seed_set))],
      subsetId: found.id,
    }
    return { mapping, from: 'recipe' }
  }
  return null
}

/** Returns how the models of result files are mapped: as the user said, else by the recipe in the name, else as said for another kind of file. */
export function modelMapper(db: Db, studyId: string): (source: string, model: string) => Mapping {
  const query = db.select().from(resultModels).where(eq(resultModels.studyId, studyId))
  const said = readableRows(() => query.all()).rows
  const marks = exportsByMark(db, studyId)
  const known = new Map<string, Mapping>()
  return (source, model) => {
    const key = JSON.stringify([source, model])
    const mapped = known.get(key)
    if (mapped) return mapped
    const own = said.find((row) => row.source === source && row.model === model)
    const other = said.find((row) => row.model === model)
    const mapping: Mapping = own
      ? { mapping: own.mapping, from: 'user' }
      : (fromRecipe(db, studyId, model, marks) ??
        (other
          ? { mapping: other.mapping, from: 'other' }
          : { mapping: unknownModel(), from: 'none' }))
    known.set(key, mapping)
    return mapping
  }
}

function checked(db: Db, studyId: string, given: ResultModel): ResultModel {
  const mapping = resultModelSchema.parse(given)
  const { armKey, seedSets, subsetId } = mapping
  const arms = listArms(db, studyId).map(({ key }) => key)
  if (armKey !== null && armKey !== SEEDS_KEY && !arms.includes(armKey)) {
    const names = [SEEDS_KEY, ...arms].join(', ')
    throw new AppError('not_found', `There is no evolver "${armKey}". There are: ${names}.`)
  }
  const sets = listSeedSets(db, studyId).map(({ key }) => key)
  const unknown = seedSets.find((key) => !sets.includes(key))
  if (unknown !== undefined) {
    const names = sets.join(', ') || 'none'
    throw new AppError('not_found', `There is no seed set "${unknown}". There are: ${names}.`)
  }
  if (subsetId !== null) {
    const own = and(eq(subsets.id, subsetId), eq(subsets.studyId, studyId))
    if (!db.select({ id: subsets.id }).from(subsets).where(own).get()) {
      throw new AppError('not_found', 'There is no such export in this study.')
    }
  }
  const named = (text: string | null) => (text === null ? null : cleanName(text) || null)
  const { student, size, writer } = mapping
  return { ...mapping, student: named(student), size: named(size), writer: named(writer) }
}

/** Stores what a model name of one kind of file stands for; throws `not_found` for an evolver, seed set or export that the study does not have. */
export function mapModel(
  db: Db,
  studyId: string,
  { source, model, mapping }: { source: string; model: string; mapping: ResultModel },
): void {
  getStudy(db, studyId)
  const set = { mapping: checked(db, studyId, mapping) }
  db.insert(resultModels)
    .values({ studyId, source, model, ...set })
    .onConflictDoUpdate({
      target: [resultModels.studyId, resultModels.source, resultModels.model],
      set,
    })
    .run()
}
