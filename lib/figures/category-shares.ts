import { z } from 'zod'
import { COLUMN_SHAPES, hasWords } from '@/lib/contracts/column-kinds'
import { carriesValue } from '@/lib/contracts/status'
import { exampleData, exampleInfo } from './shared/example'
import { levelPanels } from './shared/level-panels'
import { increment, levelPlaces } from './shared/level-places'
import {
  levelAxis,
  share,
  wasAsked,
  type DifficultyLevelsPrepared,
  type LevelFilter,
  type LevelMix,
} from './shared/levels'
import { levelsAltText, levelsTable } from './shared/levels-text'
import { amount, columnChoice, heightsOption, panelOptions } from './shared/options'
import { comparable } from './shared/series'
import { count, percent } from './shared/text'
import {
  defineFigure,
  type FigureColumnInfo,
  type FigureData,
  type FigureSeries,
  type RowPlaces,
} from './types'

const LEVEL = 'difficulty_level.level'
const OTHER = 'other'
// Names of the bars that stand for no single word; a word of the same name is written in quotes.
const TAKEN = ['none', OTHER]
// Two lines under a bar.
const NAME_CHARACTERS = 24
/** Words that a filter can name, so that a click on the bar of the others finds their rows. */
const FILTER_WORDS = 200

const options = z.object({
  column: columnChoice(
    {
      title: 'Column',
      description: 'A column of categories, flags or tags.',
      inline: true,
    },
    COLUMN_SHAPES.filter(hasWords),
    { [LEVEL]: 'Difficulty level' },
  ),
  most: amount({
    title: 'Words shown',
    description: 'The most frequent ones over all rows; the others are counted together.',
    default: 8,
    min: 2,
    max: 16,
    step: 1,
  }),
  ...heightsOption,
  ...panelOptions,
})
type Options = z.infer<typeof options>

/** The words of a column, and whether they have an order of their own. */
interface Words {
  names: readonly string[]
  of: readonly (readonly number[])[]
  isOrdered: boolean
}

function wordsOf(info: FigureColumnInfo | undefined): Words {
  if (info?.words) return { ...info.words, isOrdered: false }
  const names = info?.levels ?? []
  return { names, of: [[], ...names.map((_, place) => [place])], isOrdered: true }
}

/** Rows of each word in one series, those of none, and how many rows have any of the words marked in `of`. */
function tally(series: FigureSeries, columnId: string, words: Words, of: Uint8Array | null) {
  const counts = new Float64Array(words.names.length)
  const column = series.columns[columnId]
  let asked = 0
  let valued = 0
  let marked = 0
  for (let row = 0; column && row < series.n; row += 1) {
    const code = column.status[row] ?? 0
    if (!wasAsked(code)) continue
    asked += 1
    const places = words.of[column.values[row] as number]
    if (!carriesValue(code) || !places) continue
    valued += 1
    let isMarked = false
    for (const place of places) {
      counts[place] = (counts[place] as number) + 1
      isMarked ||= of?.[place] === 1
    }
    if (isMarked) marked += 1
  }
  return { counts, asked, valued, marked }
}

/** Places of the words that are drawn, and which words are not. */
function chooseWords(data: FigureData, columnId: string, words: Words, most: number) {
  const totals = new Float64Array(words.names.length)
  for (const series of data.series)
    tally(series, columnId, words, null).counts.forEach((n, place) => {
      totals[place] = (totals[place] as number) + n
    })
  const present = [...words.names.keys()].filter((place) => words.isOrdered || totals[place])
  const byCount = present.toSorted((a, b) => (totals[b] as number) - (totals[a] as number))
  const chosen = new Set(byCount.slice(0, most))
  const shown = words.isOrdered ? present.filter((place) => chosen.has(place)) : [...chosen]
  const others = present.filter((place) => !chosen.has(place))
  return { shown, others, totals }
}

/** Returns names short enough for an axis, each another one. */
function axisNames(names: readonly string[]): string[] {
  const taken = new Set(TAKEN)
  return names.map((name) => {
    const short =
      name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS - 1).trimEnd()}…` : name
    let own = taken.has(short) ? `"${short}"` : short
    for (let k = 2; taken.has(own); k += 1) own = `${short} (${k})`
    taken.add(own)
    return own
  })
}

function filtersOf(
  column: string,
  words: Words,
  shown: readonly number[],
  others: readonly number[],
): LevelFilter[] {
  const named = (places: readonly number[]) => places.map((place) => words.names[place] as string)
  const by = (values: string[]) => ({
    column,
    min: null,
    max: null,
    values: { match: 'any' as const, values },
  })
  const all = { column: null, min: null, max: null }
  const rest = others.length <= FILTER_WORDS ? by(named(others)) : all
  const levels = shown.map((place) =>
    words.isOrdered ? { column, min: place + 1, max: place + 1 } : by(named([place])),
  )
  // Above the last level lies no value, so only rows without one are left.
  const none = words.isOrdered ? { column, min: words.names.length + 1, max: null } : by([])
  return [...levels, ...(others.length > 0 ? [rest] : []), { ...none, missing: true }]
}

function notesOf(words: Words, shown: number, others: number): string[] {
  const isMany = words.of.some((places) => places.length > 1)
  return [
    ...(others > 0
      ? [
          `The ${count(shown)} most frequent of ${count(shown + others)} words are shown; the others are counted together as "${OTHER}".`,
        ]
      : []),
    ...(isMany
      ? ['A row has any number of tags, so the shares of a cell do not add up to 100 %.']
      : []),
  ]
}

interface SharesPrepared extends DifficultyLevelsPrepared {
  /** The most frequent word over all rows. */
  top: { word: string; share: number; rows: number } | null
}

function prepare(all: FigureData, settings: Options): SharesPrepared {
  const { column, most, heights, intervals, axis, mix } = settings
  const { data, conflicts } = comparable(all, column, mix)
  const info = data.columns[column]
  const words = wordsOf(info)
  const { shown, others, totals } = chooseWords(data, column, words, most)
  const isOther = new Uint8Array(words.names.length)
  for (const place of others) isOther[place] = 1
  let valuedRows = 0
  const mixOf = (series: FigureSeries): LevelMix => {
    const { counts: own, asked, valued, marked } = tally(series, column, words, isOther)
    valuedRows += valued
    const levels = shown.map((place) => share(own[place] as number, asked))
    return {
      asked,
      levels: others.length > 0 ? [...levels, share(marked, asked)] : levels,
      none: share(asked - valued, asked),
      meanLevel: null,
    }
  }
  const drawn = levelPanels(data, column, { mixOf })
  const names = axisNames(shown.map((place) => words.names[place] as string))
  const first = shown.toSorted((a, b) => (totals[b] as number) - (totals[a] as number))[0]
  const label = info?.label ?? 'word'
  return {
    ...drawn,
    names: { one: label, each: label, none: 'no value', legend: 'row without a value' },
    levels: others.length > 0 ? [...names, OTHER] : names,
    filters: filtersOf(column, words, shown, others),
    view: 'grouped',
    intervals,
    axis,
    heights,
    conflicts,
    notes: notesOf(words, shown.length, others.length),
    overlay: { shown: false, source: '', model: null, cells: 0 },
    top:
      first === undefined || valuedRows === 0
        ? null
        : {
            word: words.names[first] as string,
            share: (totals[first] as number) / valuedRows,
            rows: valuedRows,
          },
  }
}

/** Where rows are counted: their words that are drawn, the others together, none, and all that were asked. */
function placesOf(
  all: FigureData,
  prepared: SharesPrepared,
  { column, most, mix }: Options,
): RowPlaces {
  const { data } = comparable(all, column, mix)
  const words = wordsOf(data.columns[column])
  const { shown } = chooseWords(data, column, words, most)
  const { levels } = prepared
  const places = words.of.map((own) => {
    const drawn = own.map((place) => {
      const at = shown.indexOf(place)
      return at < 0 ? shown.length : at
    })
    return [...new Set(drawn)]
  })
  return levelPlaces(data, prepared, {
    counter(series) {
      const source = series.columns[column]
      if (!source) return null
      return (row, counts, start) => {
        const code = source.status[row] ?? 0
        if (!wasAsked(code)) return
        increment(counts, start + levels.length + 1)
        const own = carriesValue(code) ? places[source.values[row] as number] : undefined
        if (!own) increment(counts, start + levels.length)
        else for (const place of own) increment(counts, start + place)
      }
    },
  })
}

const EXAMPLE = 'imported_column_example.value'
const SOURCES = ['web', 'textbook', 'forum', 'exam']

/** Shares of the words of a category, flag or list of tags per round, seed set and evolver. */
export const categoryShares = defineFigure<Options, SharesPrepared>({
  id: 'category-shares',
  title: 'Shares of categories',
  description:
    'Share of each category or tag among the rows of a cell; rows without a value are a bar of their own.',
  drawing: 'levels',
  question: 'source',
  options,
  columns: ({ column }) => [column],
  prepare,
  table: levelsTable,
  reading: ({ top, names }) =>
    top === null
      ? ''
      : `The most frequent value of ${names.one} is "${top.word}": ${percent(top.share)} of ${count(top.rows)} rows with a value.`,
  altText: levelsAltText,
  places: placesOf,
  brushAxis: levelAxis,
  example: () => ({
    data: exampleData([
      {
        info: exampleInfo(LEVEL, 'Difficulty level', { levels: ['easy', 'medium', 'hard'] }),
        row: ({ hardness }, out) => {
          out[0] = Math.min(3, Math.max(1, Math.round(2 + hardness)))
        },
      },
      {
        info: exampleInfo(EXAMPLE, 'source', {
          words: { names: SOURCES, of: [[], ...SOURCES.map((_, place) => [place])] },
        }),
        row: ({ hardness, random }, out) => {
          if (random.next() < 0.05) return 'not_in_file'
          out[0] =
            1 +
            Math.floor(SOURCES.length * Math.min(0.99, random.next() ** (2 - Math.tanh(hardness))))
        },
      },
    ]),
    options: { column: EXAMPLE },
  }),
})
