import { afterEach, describe, expect, it } from 'vitest'
import { mapCells, maps } from '@/db/schema'
import { computeRequestSchema } from '@/lib/contracts/compute'
import { emptyFilter } from '@/lib/contracts/filter'
import { LEFT_OUT, mapRequestSchema, NO_GROUP, type Area } from '@/lib/contracts/map'
import { unpackBytes } from '@/lib/figures/shared/tiles'
import { getJob } from '@/lib/queue/queue'
import { testStudy, type TestStudy } from '@/lib/testing/job-study'
import { runJobs } from '@/lib/testing/run-jobs'
import { selectRows } from '../rows'
import { startRuns } from '../runs/compute'
import { mapColours } from './colours'
import { mapCsv } from './table'
import { deleteMap, layOutMap, listMaps, mapPlaces, restoreMap } from '.'

const ROWS = 120
const REQUEST = mapRequestSchema.parse({ sample: 100, neighbours: 5 })

let study: TestStudy | undefined
afterEach(() => {
  study?.close()
  study = undefined
})

/** A study of 240 rows whose embeddings are stored. */
async function embedded(): Promise<TestStudy> {
  study = testStudy(ROWS)
  const request = computeRequestSchema.parse({
    metrics: [{ metric: 'mnd', params: {} }],
    backends: { mnd: 'fake' },
  })
  startRuns(study, study.studyId, request)
  await runJobs(study)
  return study
}

async function laidOut(of: TestStudy, request = REQUEST) {
  const { map, job } = layOutMap(of.db, of.studyId, request)
  await runJobs(of)
  expect(job && getJob(of.db, job.id)).toMatchObject({ state: 'succeeded', error: null })
  return map.id
}

const placesOf = ({ db, studyId }: TestStudy, id: string) =>
  mapPlaces(db, studyId, id).flatMap(({ places }) => [...places])

const keptBy = ({ db, studyId }: TestStudy, area: Area) =>
  [...selectRows(db, studyId, { ...emptyFilter(), where: area })].map(([no, rows]) => [no, ...rows])

describe('a map', () => {
  it('needs stored embeddings', () => {
    study = testStudy(5)
    const { db, studyId } = study
    expect(() => layOutMap(db, studyId, REQUEST)).toThrow(/Compute it first/)
  })

  it('is laid out once for each choice, and the same again for the same seed', async () => {
    const one = await embedded()
    const id = await laidOut(one)
    const places = placesOf(one, id)
    expect(places).toHaveLength(4 * ROWS)
    expect(places.every(Number.isFinite)).toBe(true)
    const again = layOutMap(one.db, one.studyId, REQUEST)
    expect(again).toMatchObject({ job: null, map: { id } })
    expect(again.map.card.join(' ')).toMatch(
      /random seed 1\) of a random sample of 100 of 240 rows .*The other 140 rows lie at the weighted mean of their 5 nearest/,
    )
    const other = await laidOut(one, { ...REQUEST, seed: 2 })
    expect(placesOf(one, other)).not.toEqual(places)
    one.db.delete(maps).run()
    expect(placesOf(one, await laidOut(one))).toEqual(places)
  })

  it('goes on after it was stopped, to the same places', async () => {
    const one = await embedded()
    const places = placesOf(one, await laidOut(one))
    one.db.delete(maps).run()
    const { map, job } = layOutMap(one.db, one.studyId, REQUEST)
    await runJobs(one, () => {
      return one.db.select().from(mapCells).all().length > 0 ? 'shutdown' : null
    })
    expect(layOutMap(one.db, one.studyId, REQUEST).job?.id).toBe(job?.id)
    expect(() => mapPlaces(one.db, one.studyId, map.id)).toThrow(/still being laid out/)
    const kept = one.db.select().from(maps).all()
    expect(kept[0]?.sampled).toHaveLength(16 * 100)
    await runJobs(one)
    expect(placesOf(one, map.id)).toEqual(places)
  })

  it('is filtered by an area as by looking at every place', async () => {
    const one = await embedded()
    const id = await laidOut(one)
    const [first] = mapPlaces(one.db, one.studyId, id)
    const [x, y] = first?.places ?? []
    const [cx, cy] = [x as number, y as number]
    const square: Area['polygon'] = [
      [cx - 2, cy - 2],
      [cx + 2, cy - 2],
      [cx + 2, cy + 2],
      [cx - 2, cy + 2],
    ]
    const expected = mapPlaces(one.db, one.studyId, id).map(({ cell, places }) => [
      cell.no,
      ...Array.from({ length: ROWS }, (_, row) => row).filter(
        (row) =>
          Math.abs((places[2 * row] as number) - cx) < 2 &&
          Math.abs((places[2 * row + 1] as number) - cy) < 2,
      ),
    ])
    const inside = keptBy(one, { is: 'area', map: id, polygon: square })
    expect(inside).toEqual(expected)
    expect(inside[0]).toContain(0)
    // A notch that takes the first row out again.
    const notch: Area['polygon'] = [
      ...square,
      [cx - 2, cy + 0.1],
      [cx + 0.1, cy],
      [cx - 2, cy - 0.1],
    ]
    expect(keptBy(one, { is: 'area', map: id, polygon: notch })[0]).not.toContain(0)
    expect(() => keptBy(one, { is: 'area', map: 'none', polygon: square })).toThrow(/has no map/)
  })

  it('is coloured by evolver, level and number, and marks what a filter leaves out', async () => {
    const one = await embedded()
    const mapId = await laidOut(one)
    const filter = { ...emptyFilter(), rounds: [1] }
    const colours = (by: string) => mapColours(one.db, one.studyId, { mapId, by, filter })
    const arms = await colours('arm')
    expect(arms.groups).toEqual([
      { label: 'Seeds', armKey: 'seeds', rows: ROWS, kept: 0 },
      { label: 'Small', armKey: 'small', rows: ROWS, kept: ROWS },
    ])
    const codes = await unpackBytes(arms.packed)
    expect([codes[0], codes[ROWS], codes.length]).toEqual([LEFT_OUT, 1, 2 * ROWS])
    const fifths = await colours('mnd.mnd')
    const sizes = fifths.groups.map(({ rows }) => rows)
    // Two rows that are each other's nearest have one distance.
    expect(sizes.every((rows) => Math.abs(rows - 48) <= 1)).toBe(true)
    expect(sizes.reduce((sum, rows) => sum + rows, 0)).toBe(2 * ROWS)
    expect(fifths.none).toEqual({ rows: 0, kept: 0 })
    expect(NO_GROUP).toBeGreaterThan(fifths.groups.length)
    await expect(colours('nothing.here')).rejects.toThrow(/nothing.here/)
  })

  it('is written as CSV, deleted and brought back', async () => {
    const one = await embedded()
    const id = await laidOut(one)
    const lines = [...mapCsv(one.db, one.studyId, id)].join('').trimEnd().split('\r\n')
    expect(lines).toHaveLength(2 * ROWS + 1)
    const places = placesOf(one, id)
    expect(lines[1]).toBe(`general,seeds,0,0,${places[0]},${places[1]}`)
    expect(lines.at(-1)).toBe(`general,small,1,119,${places.at(-2)},${places.at(-1)}`)
    deleteMap(one.db, one.studyId, id)
    expect(listMaps(one.db, one.studyId)).toEqual([])
    expect(restoreMap(one.db, one.studyId, id).id).toBe(id)
  })
})
