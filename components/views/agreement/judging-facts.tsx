'use client'

import { Anchor, Text } from '@mantine/core'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { useJudgingSummary } from '@/components/hooks/use-agreement'
import { DASH, formatCount, formatShare } from '@/lib/contracts/format'
import { Facts } from '@/components/ui/facts'
import { Notice } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { JudgingSummary } from '@/lib/contracts/agreement'
import { pairSentences, type PairSummary } from '@/lib/contracts/pairs'

function of(count: number | null, asked: number, none: string): string {
  if (count === null) return none
  return `${formatCount(count)} of ${formatCount(asked)} (${formatShare(asked > 0 ? count / asked : 0)})`
}

function entries({ asked, exact, tolerant, schema, ceiling, top }: JudgingSummary) {
  const list: [string, string][] = []
  if (schema !== null) {
    list.push(['Fits the schema', of(schema, asked, '')])
    list.push(['Exact and tolerant parser', 'not applicable: a schema constrained the replies'])
  } else if (exact !== null) {
    list.push(['Read by the exact parser', of(exact, asked, '')])
    list.push(['Read by the tolerant parser', of(tolerant, asked, 'not used in this run')])
  }
  list.push([`At the top of the scale (${top})`, of(ceiling.k, ceiling.n, 'none')])
  return list
}

const PARTS: Column<PairSummary['parts'][number]>[] = [
  { name: 'Seed set', cell: ({ seedSet }) => seedSet },
  { name: 'Rows', cell: ({ label }) => label },
  { name: 'Against', cell: ({ against }) => against ?? DASH },
  { name: 'Win', kind: 'number', cell: ({ win }) => formatCount(win) },
  { name: 'Tie', kind: 'number', cell: ({ tie }) => formatCount(tie) },
  { name: 'Lose', kind: 'number', cell: ({ lose }) => formatCount(lose) },
]

function PairFacts({ pairs }: { pairs: PairSummary }) {
  return (
    <>
      {pairSentences(pairs).map((sentence) => (
        <Text key={sentence} size="sm">
          {sentence}
        </Text>
      ))}
      <Table label="Verdicts by file" columns={PARTS} rows={pairs.parts} keyOf="cellId" />
    </>
  )
}

/** How the replies of a judge model were read, and how many ratings are at the top, or what came of pairs; nothing for other runs. */
export function JudgingFacts({ runId, done }: { runId: string; done: number }) {
  const { studyId } = useParams<{ studyId: string }>()
  const { data } = useJudgingSummary(runId, done)
  const { judging = null, pairs = null } = data ?? {}
  if (!judging && !pairs) return null
  return (
    <>
      {judging ? <Facts facts={entries(judging)} /> : null}
      {judging?.saturated ? (
        <Notice>
          More than half of the ratings are at the top of the scale, so the scale no longer
          separates hard rows from harder ones.
        </Notice>
      ) : null}
      {pairs ? <PairFacts pairs={pairs} /> : null}
      <Anchor component={Link} href={`/studies/${studyId}/agreement?runs=${runId}`} size="sm">
        Agreement with another run
      </Anchor>
    </>
  )
}
