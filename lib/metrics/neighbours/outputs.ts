import type { OutputSpec } from '../types'

/** More repeats than this the reference script cannot count: it looks at 500 neighbours, the row among them. */
export const REFERENCE_CAP = 499

/** Outputs of the neighbour distance. */
export const MND_OUTPUTS: readonly OutputSpec[] = [
  {
    key: 'mnd',
    label: 'MND',
    shape: 'scalar',
    dtype: 'f64',
    unit: 'squared distance',
    range: [0, 4],
    direction: 'higher',
    directionMeans:
      'More diverse: the nearest other instruction is further away. Falls as the cell grows.',
    description: 'Squared Euclidean distance to the nearest other row of the cell.',
  },
  {
    key: 'neighbour',
    label: 'nearest row',
    shape: 'rowRef',
    dtype: 'f64',
    unit: '',
    direction: 'none',
    directionMeans: 'Names a row.',
    description: 'The nearest other row of the cell; the first one where several are equally near.',
  },
  {
    key: 'repeat_count',
    label: 'repeats',
    shape: 'scalar',
    dtype: 'f64',
    unit: 'rows',
    direction: 'lower',
    directionMeans: 'Fewer near copies.',
    description: 'Number of other rows nearer than the threshold.',
  },
  {
    key: 'reference_cap',
    label: 'over the reference cap',
    shape: 'scalar',
    dtype: 'f64',
    unit: '',
    range: [0, 1],
    direction: 'none',
    directionMeans: 'The reference script would have counted fewer.',
    description: `1 when a row has more than ${REFERENCE_CAP} repeats, which the reference script cannot count.`,
    hidden: true,
  },
]
