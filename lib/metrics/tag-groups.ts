import { createHash } from 'node:crypto'
import { z } from 'zod'
import { statusCode } from '@/lib/contracts/status'
import { throwIfAborted } from '@/lib/errors'
import { exampleRow, stubTools } from './example-tools'
import { required } from './failures'
import { emptyColumns } from './neighbours/columns'
import { whole } from './params'
import { groupTags } from './tags/group'
import { tagParams } from './tags/params'
import type { CellResult, MetricRow, MetricTools, OutputSpec } from './types'
import { defineMetric } from './types'

const ID = 'tag_groups'
// As for other metrics of embeddings: a call that packs well and ends soon.
const EMBED_TAGS = 256
// Two groupings must not share a column; twelve digits of SHA-256 keep thousands of them apart.
const KEY_DIGITS = 12

const params = z.object({
  ...tagParams,
  threshold: z
    .number()
    .min(-1)
    .max(1)
    .default(0.85)
    .describe('Least cosine of two tags that become one.'),
  leastRows: whole(
    { min: 1, max: 1_000_000, preset: 1 },
    'Tags on fewer rows of the study are left out.',
  ),
})
type Params = z.infer<typeof params>

const OUTPUTS: readonly OutputSpec[] = [
  {
    key: 'value',
    label: 'tag groups',
    shape: 'tags',
    dtype: 'f64',
    unit: '',
    direction: 'none',
    directionMeans: 'No direction.',
    description: 'The tags of the row, each replaced by the tag that stands for it.',
    isChosen: true,
  },
  {
    key: 'count',
    label: 'number of tag groups',
    shape: 'scalar',
    dtype: 'f64',
    unit: 'tags',
    direction: 'higher',
    directionMeans: 'More tags: a more complex instruction, where the tags name intentions.',
    description: 'How many different tag groups the row has: the complexity of InsTag.',
  },
]

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0)) || 1
  return vector.map((x) => x / length)
}

async function vectorsOf(words: readonly string[], tools: MetricTools): Promise<Float32Array[]> {
  const embed = required(tools.embed, ID, 'embed')
  const vectors: Float32Array[] = []
  for (let from = 0; from < words.length; from += EMBED_TAGS) {
    const found = await embed(words.slice(from, from + EMBED_TAGS))
    vectors.push(...found.vectors.map(unit))
    tools.progress(vectors.length, words.length)
  }
  return vectors
}

async function computeCell(
  rows: readonly MetricRow[],
  { threshold, leastRows }: Params,
  tools: MetricTools,
): Promise<CellResult> {
  throwIfAborted(tools.signal)
  const columns = emptyColumns(OUTPUTS, rows.length)
  const words = (tools.tagWords?.() ?? []).filter(({ rows: n }) => n >= leastRows)
  const vectors =
    rows.length === 0
      ? []
      : await vectorsOf(
          words.map(({ word }) => word),
          tools,
        )
  const known = rows.length === 0 ? [] : words
  const standsFor = await groupTags(known, vectors, threshold, tools.signal)
  const value = rows.map(({ tags }, row) => {
    if (!tags) {
      columns.setStatus(row, 'not_applicable')
      return null
    }
    const groups = [...new Set(tags.flatMap((tag) => standsFor.get(tag) ?? []))]
    columns.setStatus(row, 'ok')
    columns.set('count', row, groups.length)
    return groups
  })
  return {
    columns: columns.all,
    coded: { value },
    record: { tags: words.length, groups: new Set(standsFor.values()).size },
  }
}

/** Tags of which those that mean the same are one, in the manner of InsTag: by the cosine of their embeddings. */
export const tagGroups = defineMetric<Params>({
  kind: 'measured',
  scope: 'cell',
  id: ID,
  version: 1,
  label: 'Tag groups',
  description: 'Tags of a column, of which those with near embeddings become one.',
  formula:
    'From the most frequent tag on, each joins the nearest one before it that stands for itself, where cosine >= threshold, else it stands for itself; over the tags of the whole study, nothing drawn at random',
  source:
    'Semantic aggregation of InsTag (arXiv 2308.07074) with another rule: groups around frequent tags instead of DBSCAN; its aggregation by association is not done',
  needs: ['embed'],
  inputs: { response: false, parent: false, tags: true },
  onDemand: true,
  instanceOf: ({ tags, threshold, leastRows }) => {
    const [column] = tags.split('@')
    const hash = createHash('sha256').update(JSON.stringify([column, threshold, leastRows]))
    return { key: hash.digest('hex').slice(0, KEY_DIGITS), label: 'Tag groups' }
  },
  params,
  outputs: OUTPUTS,
  prompts: () => [],
  // The whole cell at once; tags are embedded in calls of this many.
  batchRows: EMBED_TAGS,
  computeCell: (rows, chosen, tools) => computeCell(rows, chosen, tools),
  examples: [
    {
      name: 'the more frequent of two near tags stands for both',
      run: async () => {
        const angle: Record<string, number> = { sort: 0, sorting: 0.2, proof: 1.5 }
        const tools = stubTools({
          tagWords: () => [
            { word: 'sorting', rows: 1 },
            { word: 'sort', rows: 3 },
            { word: 'proof', rows: 1 },
          ],
          embed: async (texts) => ({
            vectors: texts.map((text) => {
              const at = angle[text] ?? 0
              return Float32Array.of(2 * Math.cos(at), 2 * Math.sin(at))
            }),
            truncated: texts.map(() => false),
          }),
        })
        const rows = [['sorting', 'sort'], ['sorting', 'proof'], null].map((tags, index) =>
          exampleRow({ index, tags }),
        )
        const { columns, coded, record } = await computeCell(rows, params.parse({}), tools)
        const { value = [] } = coded ?? {}
        const [a, b, c] = value.map((groups) => JSON.stringify(groups))
        return {
          a: a ?? null,
          b: b ?? null,
          c: c ?? null,
          count: columns['count']?.values[1] ?? null,
          none: columns['count']?.status[2] === statusCode('not_applicable') ? 'no tags' : null,
          groups: record['groups'] as number,
        }
      },
      expected: {
        a: '["sort"]',
        b: '["sort","proof"]',
        c: 'null',
        count: 2,
        none: 'no tags',
        groups: 2,
      },
    },
  ],
})
