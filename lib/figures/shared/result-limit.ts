import { choiceOfResults } from './options'
import { pushTo, type ResultMark } from './result-marks'
import { plural } from './text'

// A reply stays below 100 KB with its menus of results; Table 1 of the paper fits whole.
const MOST_BYTES = 75_000
// What drawings and their tables write around the numbers and names of a mark.
const BYTES_AROUND = { dot: 180, cell: 490 } as const

/** The choice of one student where all that fit are drawn. */
export const onlyStudentOption = {
  student: choiceOfResults('student', 'As many as fit', {
    title: 'Student',
    description: 'One trained model, or those with most results.',
  }),
}

/** Marks that are drawn, and what is said of the others. */
export interface Fitting {
  drawn: ResultMark[]
  notes: string[]
}

/**
 * Returns the marks of as many places as fit, those with most results first, in the order in which they came. `place`
 * is what a place is called, `choose` how one of the others is drawn, `as` what a mark is drawn as.
 */
export function fitting(
  marks: readonly ResultMark[],
  { place, choose, as }: { place: string; choose: string; as: keyof typeof BYTES_AROUND },
): Fitting {
  const byPlace = new Map<string, ResultMark[]>()
  for (const mark of marks) pushTo(byPlace, mark.place, mark)
  const drawn = new Set<ResultMark>()
  let places = 0
  let room = MOST_BYTES
  for (const own of [...byPlace.values()].toSorted((a, b) => b.length - a.length)) {
    const bytes = own.map(
      (mark) => JSON.stringify(mark).length + mark.place.length + BYTES_AROUND[as],
    )
    if (places > 0 && bytes.reduce((sum, one) => sum + one, 0) > room) break
    places += 1
    own.forEach((mark, at) => {
      room -= bytes[at] as number
      if (room >= 0) drawn.add(mark)
    })
  }
  const left = marks.length - drawn.size
  const others = byPlace.size - places
  const what = `${plural(left, 'result')}${others > 0 ? ` of ${plural(others, place)}` : ''}`
  return {
    drawn: marks.filter((mark) => drawn.has(mark)),
    notes:
      left === 0
        ? []
        : [
            `${what} not drawn: no more than ${plural(drawn.size, 'result')} fit, those of the ${place}s with most of them.${choose} The CSV of all results has every one.`,
          ],
  }
}
