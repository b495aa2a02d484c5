import type { ResultModel, StoredResult } from '@/lib/contracts/results'
import { AUTO, choiceOfResults } from './options'
import { oncePerResult } from './result-names'
import { list, plural } from './text'

/** The choice that draws every result of a point. */
export const EACH = 'each'

/** Which result is drawn where several stand at one point. */
export const repeatsOption = {
  repeats: choiceOfResults(
    'run',
    'The one imported last',
    {
      title: 'Repeated results',
      description:
        'Where several results stand at one point: the one imported last is drawn, each of them, or that of one run.',
    },
    { [EACH]: 'Each of them' },
  ),
}

const runKey = oncePerResult(({ fileId, model, date }) => JSON.stringify([fileId, model, date]))

/** Returns the run of a result in words: its model, file and date. */
export function runLabel({ model, fileName, date }: StoredResult): string {
  return [`${model} in ${fileName}`, date].filter(Boolean).join(', ')
}

/** Returns the runs of results as choices: each is named by its first number. */
export function runChoices(own: readonly StoredResult[]): { value: string; label: string }[] {
  const first = new Map<string, StoredResult>()
  for (const result of own) if (!first.has(runKey(result))) first.set(runKey(result), result)
  return [...first.values()].map((one) => ({ value: String(one.no), label: runLabel(one) }))
}

const DIFFERING: Readonly<Record<Exclude<keyof ResultModel, 'armKey'>, string>> = {
  round: 'round',
  seedSets: 'seed sets',
  student: 'student',
  size: 'size',
  tuning: 'tuning',
  temperature: 'temperature',
  writer: 'response model',
  subsetId: 'export',
}

/** What models were trained on, where the results of a point do not agree in it. */
function differing(points: readonly (readonly StoredResult[])[]): string[] {
  return Object.entries(DIFFERING).flatMap(([field, name]) => {
    const told = (result?: StoredResult) => String(result?.mapping[field as keyof ResultModel])
    const differ = (results: readonly StoredResult[]) =>
      results.some((result) => told(result) !== told(results[0]))
    return points.some(differ) ? [name] : []
  })
}

/** Returns what is drawn of several results at one point, and the notes that say so once all points were asked for. */
export function repeatsAmong(own: readonly StoredResult[], chosen: string) {
  const named = own.find(({ no }) => String(no) === chosen)
  const isNamed = (result: StoredResult) =>
    named !== undefined && runKey(result) === runKey(named) ? 1 : 0
  const points: StoredResult[][] = []
  return {
    /** The results of a point that are drawn; the first stands for it. */
    drawn(results: readonly StoredResult[]): StoredResult[] {
      const ordered = results.toSorted((a, b) => isNamed(b) - isNamed(a) || b.no - a.no)
      if (ordered.length > 1) points.push(ordered)
      return chosen === EACH ? ordered : ordered.slice(0, 1)
    },
    notes(): string[] {
      const more = points.reduce((sum, results) => sum + results.length - 1, 0)
      if (more === 0) return []
      const what = plural(more, 'result')
      const others = differing(points)
      const text =
        chosen === EACH
          ? `${what} beside another one of the same point: drawn without a line; differences and correlations take the one imported last.`
          : `${what} not drawn: another one stands at the same point, ${named ? `of the chosen run (${runLabel(named)}) or imported last` : 'imported last'}. The option Repeated results draws each of them, or those of one run.`
      return [
        ...(chosen !== AUTO && chosen !== EACH && !named
          ? ['The chosen run is not among the results any more.']
          : []),
        others.length === 0 ? text : `${text} Results of one point differ in: ${list(others)}.`,
      ]
    },
  }
}
