'use client'

import { Anchor } from '@mantine/core'
import Link from 'next/link'
import { useParams } from 'next/navigation'
import { useJudgingSummary } from '@/components/hooks/use-agreement'
import { formatCount, formatShare } from '@/lib/contracts/format'
import { Facts } from '@/components/ui/facts'
import { Notice } from '@/components/ui/states'
import type { JudgingSummary } from '@/lib/contracts/agreement'

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

/** How the replies of a judge model were read, and how many ratings are at the top; nothing for runs without ratings. */
export function JudgingFacts({ runId, done }: { runId: string; done: number }) {
  const { studyId } = useParams<{ studyId: string }>()
  const { data } = useJudgingSummary(runId, done)
  if (!data) return null
  return (
    <>
      <Facts facts={entries(data)} />
      {data.saturated ? (
        <Notice>
          More than half of the ratings are at the top of the scale, so the scale no longer
          separates hard rows from harder ones.
        </Notice>
      ) : null}
      <Anchor component={Link} href={`/studies/${studyId}/agreement?runs=${runId}`} size="sm">
        Agreement with another run
      </Anchor>
    </>
  )
}
