import { z } from 'zod'
import { robustMean } from '@/lib/stats/cluster-robust'
import { mean } from '@/lib/stats/summary'
import { parentPairs, type PairsFound } from './shared/descent'
import { exampleData, exampleInfo, noise, withLineage } from './shared/example'
import { ALL, seedSetColumns } from './shared/groups'
import { matrixAltText, type MatrixPrepared } from './shared/matrix'
import { choice, columnChoice, mixOption } from './shared/options'
import { armOf, armsOf, comparable, countAll, roundLabel, roundsOf } from './shared/series'
import { count, labelOf, list, number3, plural, signed, unitless } from './shared/text'
import { defineFigure, type FacetAxis, type FigureData, type FigureSelection } from './types'

const SCORE = 'difficulty_score.score'

const options = z.object({
  column: columnChoice(
    {
      title: 'Measure',
      description: 'The column whose value of the parent is taken from that of the child.',
      inline: true,
    },
    ['scalar', 'enum'],
    { [SCORE]: 'Difficulty score', 'difficulty_level.level': 'Difficulty level' },
  ),
  rows: choice(
    { [ALL]: 'All rounds', round: 'Rounds' },
    { title: 'Panels', description: 'All rounds pooled, or one panel each.', inline: true },
  ),
  columns: choice(
    { [ALL]: 'Pooled', seedSet: 'Seed sets' },
    { title: 'Columns', description: 'All seed sets pooled, or one column each.' },
  ),
  ...mixOption,
})
type Options = z.infer<typeof options>

/** The mean difference of one operator and arm. */
interface Effect {
  place: { row: FacetAxis; column: FacetAxis }
  operator: string
  arm: string
  n: number
  seeds: number
  estimate: number | null
  low: number | null
  high: number | null
}

const UNKNOWN = 'not known'

function effectOf(differences: Float64Array, seeds: Uint32Array) {
  const found = robustMean(differences, seeds)
  if (found.ok) {
    const { estimate, low, high } = found
    return { n: differences.length, seeds: found.seeds, estimate, low, high }
  }
  const alone = differences.length > 0 ? mean(differences) : null
  const seedCount = new Set(seeds).size
  return { n: differences.length, seeds: seedCount, estimate: alone, low: null, high: null }
}

/** Returns the differences child less parent of each operator by name, with their seeds. */
function byOperator({ pairs }: PairsFound, names: readonly string[]) {
  const { from, to, seeds, operators } = pairs
  const counts = new Uint32Array(256)
  const inOrder: number[] = []
  for (let i = 0; i < operators.length; i += 1) {
    const code = operators[i] as number
    if (counts[code] === 0) inOrder.push(code)
    counts[code] = (counts[code] as number) + 1
  }
  const own = Array.from(counts, (n) => ({
    differences: new Float64Array(n),
    seeds: new Uint32Array(n),
    n: 0,
  }))
  for (let i = 0; i < operators.length; i += 1) {
    const group = own[operators[i] as number] as (typeof own)[number]
    group.differences[group.n] = (to[i] as number) - (from[i] as number)
    group.seeds[group.n++] = seeds[i] as number
  }
  return inOrder.map((code) => ({
    ...(own[code] as (typeof own)[number]),
    operator: names[code] ?? UNKNOWN,
  }))
}

function recoded(codes: Uint8Array, places: readonly number[]): Uint8Array {
  const to = Uint8Array.from({ length: 256 }, (_, code) => places[code] ?? 255)
  const next = new Uint8Array(codes.length)
  for (let row = 0; row < codes.length; row += 1) next[row] = to[codes[row] as number] as number
  return next
}

/** Series whose operator codes mean the same names. */
function withNames(data: FigureData): { data: FigureData; names: string[] } {
  const names = [...new Set(data.series.flatMap(({ operators }) => operators?.names ?? []))]
  const series = data.series.map((one) => {
    if (!one.operators) return one
    const places = one.operators.names.map((name) => names.indexOf(name))
    const codes = recoded(one.operators.codes, places)
    return { ...one, operators: { codes, names } }
  })
  return { data: { ...data, series }, names }
}

function selectionOf({ place, operator, arm }: Effect): FigureSelection | null {
  if (operator === UNKNOWN) return null
  return {
    column: null,
    min: null,
    max: null,
    operators: [operator],
    seedSetKey: place.column.key === ALL ? null : place.column.key,
    armKey: arm,
    round: place.row.key === ALL ? null : Number(place.row.key),
  }
}

const COLUMNS = (unit: string) => [
  ...unitless({
    seedSet: 'Seed set',
    round: 'Round',
    operator: 'Operator',
    arm: 'Evolver',
    n: 'Pairs',
    seeds: 'Seeds',
  }),
  { key: 'difference', label: 'Mean difference', unit },
  { key: 'low', label: 'From', unit },
  { key: 'high', label: 'To', unit },
]

function prepare(all: FigureData, chosen: Options): MatrixPrepared {
  const { column } = chosen
  const compared = comparable(all, column, chosen.mix)
  const counts = countAll(compared.data, column)
  const { data, names } = withNames(compared.data)
  const evolved = data.series.filter(({ armKey }) => armKey !== null)
  const arms = armsOf(data, counts)
  const armKeys = arms.filter(({ colorIndex }) => colorIndex !== null)
  const rounds = roundsOf({ ...data, series: evolved })
  const rows =
    chosen.rows === ALL
      ? [{ key: ALL, label: '' }]
      : rounds.map((round) => ({ key: String(round), label: roundLabel(round) }))
  const columns = seedSetColumns(data, chosen.columns === ALL)
  let unpaired = 0
  let otherDefinition = 0
  const effects = rows.flatMap((row) =>
    columns.flatMap((at) =>
      armKeys.flatMap(({ key: arm }): Effect[] => {
        const found = parentPairs(
          evolved.filter(
            (one) =>
              armOf(one) === arm &&
              (row.key === ALL || String(one.round) === row.key) &&
              (at.key === ALL || one.seedSetKey === at.key),
          ),
          column,
        )
        unpaired += found.unpaired
        otherDefinition += found.otherDefinition
        return byOperator(found, names).map(({ operator, differences, seeds }) => ({
          place: { row, column: at },
          operator,
          arm,
          ...effectOf(differences, seeds),
        }))
      }),
    ),
  )
  const total = (name: string) =>
    effects.reduce((sum, one) => sum + (one.operator === name ? one.n : 0), 0)
  const operators = [...new Set(effects.map(({ operator }) => operator))].toSorted(
    (a, b) => Number(a === UNKNOWN) - Number(b === UNKNOWN) || total(b) - total(a),
  )
  const largest = Math.max(1e-300, ...effects.map(({ estimate }) => Math.abs(estimate ?? 0)))
  const info = all.columns[column]
  const label = info?.label ?? column
  const unit = info?.unit ?? ''
  const panels = rows.flatMap((row) =>
    columns.flatMap((at) => {
      const inside = effects.filter(
        ({ place }) => place.row.key === row.key && place.column.key === at.key,
      )
      if (inside.length === 0) return []
      const cells = operators.flatMap((operator) =>
        armKeys.map(({ key, label: who }) => {
          const effect = inside.find((one) => one.operator === operator && one.arm === key)
          if (!effect || effect.estimate === null)
            return {
              text: '',
              sub: '',
              tone: null,
              read: `${operator}, ${who}: no pair`,
              selection: null,
            }
          const { estimate, low, high, n } = effect
          const interval =
            low === null || high === null ? '' : `${number3(low)} to ${number3(high)}`
          return {
            text: signed(estimate),
            sub: interval,
            tone: estimate / largest,
            read: `${operator}, ${who}: ${signed(estimate)}${interval ? ` (${interval})` : ''}, n ${count(n)}`,
            selection: selectionOf(effect),
          }
        }),
      )
      const across = armKeys.map((arm) => arm.label)
      return [{ row: row.key, column: at.key, across, down: operators, cells, captions: [] }]
    }),
  )
  const known = effects.filter(({ estimate, low }) => estimate !== null && low !== null)
  const top = known
    .filter(({ operator }) => operator !== UNKNOWN)
    .toSorted((a, b) => (b.estimate ?? 0) - (a.estimate ?? 0))[0]
  const where = top
    ? list([
        labelOf(arms, top.arm),
        ...[top.place.column.label, top.place.row.label].filter(Boolean),
      ])
    : ''
  return {
    rows: rows.filter(({ key }) => panels.some((panel) => panel.row === key)),
    columns,
    panels,
    xLabel: 'Evolver',
    yLabel: 'Operator',
    toneText: `Darker: a larger mean difference of ${label}, child less parent; hatched where it is below 0`,
    reading: top
      ? `The largest mean difference of ${label} between child and parent is that of "${top.operator}" (${where}): ${signed(top.estimate ?? 0)}, 95 % interval ${number3(top.low ?? 0)} to ${number3(top.high ?? 0)}, over ${plural(top.n, 'pair')}.`
      : '',
    table: {
      columns: COLUMNS(unit),
      rows: effects.map((one) => ({
        seedSet: one.place.column.label,
        round: one.place.row.label || 'All rounds',
        operator: one.operator,
        arm: labelOf(arms, one.arm),
        n: one.n,
        seeds: one.seeds,
        difference: one.estimate,
        low: one.low,
        high: one.high,
      })),
      selections: effects.map(selectionOf),
    },
    arms,
    counts,
    conflicts: compared.conflicts,
    notes: [
      ...(effects.length > 0
        ? [
            'Child less parent. 95 % intervals with the seed as the unit, each for itself: with many of them some miss by chance.',
          ]
        : counts.some(({ valued }) => valued > 0)
          ? ['No row has a value together with its parent.']
          : []),
      ...(unpaired > 0
        ? [`${plural(unpaired, 'row')} without a value of the parent: left out.`]
        : []),
      ...(otherDefinition > 0
        ? [
            `${plural(otherDefinition, 'cell')} whose parents were measured by another definition: left out.`,
          ]
        : []),
    ],
  }
}

/** What each operator changes in a measure, from parent to child. */
export const operatorEffect = defineFigure<Options, MatrixPrepared>({
  id: 'operator-effect',
  title: 'Effect of operators',
  description:
    'Mean difference between child and parent in a measure, for each operator and evolver, with 95 % intervals by seed.',
  drawing: 'matrix',
  question: 'source',
  options,
  columns: ({ column }) => [column],
  needsOperators: () => true,
  needsLineage: () => true,
  prepare,
  table: ({ table }) => table,
  // Sent beside it.
  sent: (prepared) => ({ ...prepared, table: { columns: [], rows: [] } }),
  reading: ({ reading }) => reading,
  altText: matrixAltText,
  example: () => ({
    data: withLineage(
      exampleData([
        {
          info: exampleInfo(SCORE, 'Difficulty score', { unit: 'points' }),
          row: (row, out) => {
            out[0] = Math.min(100, Math.max(0, 30 + 16 * row.hardness + 3 * noise(row)))
          },
        },
        {
          info: exampleInfo('difficulty_level.level', 'Difficulty level'),
          row: ({ hardness }, out) => {
            out[0] = Math.min(5, Math.max(1, Math.round(2.6 + hardness)))
          },
        },
      ]),
    ),
    options: {},
  }),
})
