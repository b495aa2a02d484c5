'use client'

import { Anchor, Button } from '@mantine/core'
import Link from 'next/link'
import { useState } from 'react'
import { usePreviousExports } from '@/components/hooks/use-export'
import { useResultComparison } from '@/components/hooks/use-results'
import { filterQuery } from '@/components/hooks/use-view-state'
import { DASH, formatCount } from '@/lib/contracts/format'
import { Notice } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { PreviousExport } from '@/lib/contracts/export'
import { emptyFilter } from '@/lib/contracts/filter'
import { MISSING_REASONS, type StoredResult } from '@/lib/contracts/results'
import type { StudyDetail } from '@/lib/contracts/study'
import { comparisonText, evolverLabel, valueText } from './words'

/** More lines are drawn when they are asked for: a folder of MMLU alone brings hundreds. */
const FIRST_ROWS = 200

// More lines push the other results out of sight.
const NAME_LINES = 4

/** The rows that a model was trained on, as its export chose them where there is one; null where that is not known, or of the paper. */
function rowsHref(
  studyId: string,
  { mapping, source }: StoredResult,
  made: PreviousExport | undefined,
): string | null {
  const { armKey, round, seedSets } = mapping
  const rows = `/studies/${studyId}/rows`
  if (made?.request) return `${rows}${filterQuery(made.request.state.filter)}`
  if (source === 'paper' || armKey === null || round === null) return null
  const filter = { ...emptyFilter(), arms: [armKey], rounds: [round], seedSets: [...seedSets] }
  return `${rows}${filterQuery(filter)}`
}

function Value({ result }: { result: StoredResult }) {
  const { missing, attainable, n } = result
  if (missing !== null) return <span title={MISSING_REASONS[missing]}>no value ({missing})</span>
  return (
    <>
      {valueText(result)}
      {attainable === false ? (
        <div className="ev-dim" title={`No whole number of ${n} items gives ${result.written}.`}>
          not a count of {formatCount(n ?? 0)}
        </div>
      ) : null}
    </>
  )
}

/** A model's name, often a path, on a few lines however many columns stand beside it. */
function ModelName({ name }: { name: string }) {
  return <div style={{ minWidth: `${Math.ceil(name.length / NAME_LINES)}ch` }}>{name}</div>
}

interface ResultsTableProps {
  studyId: string
  arms: StudyDetail['arms']
  results: readonly StoredResult[]
}

/** Results, one a line; two selected ones are compared, or it is said why they cannot be. */
export function ResultsTable({ studyId, arms, results }: ResultsTableProps) {
  const [chosen, setChosen] = useState<number[]>([])
  const [isAll, setIsAll] = useState(false)
  const exports = usePreviousExports(studyId)
  const [a, b] = chosen.flatMap((no) => results.find((result) => result.no === no) ?? [])
  // The third choice takes the place of the first.
  const toggle = (no: number) =>
    setChosen((before) =>
      before.includes(no) ? before.filter((one) => one !== no) : [...before, no].slice(-2),
    )
  const pair = a && b ? [a.no, b.no] : []
  const comparison = useResultComparison(studyId, pair).data
  const lines = a && b && comparison ? comparisonText(a, b, comparison) : []
  const shown = isAll ? results : results.slice(0, FIRST_ROWS)

  const columns: readonly Column<StoredResult>[] = [
    {
      name: 'Select',
      cell: ({ no, model, benchmark, metric }) => (
        <input
          type="checkbox"
          checked={chosen.includes(no)}
          aria-label={`Compare ${model}, ${benchmark}, ${metric}`}
          onChange={() => toggle(no)}
        />
      ),
    },
    {
      name: 'Benchmark',
      cell: ({ benchmark, subBenchmark }) =>
        subBenchmark === null ? benchmark : `${benchmark}: ${subBenchmark}`,
    },
    { name: 'Metric key', kind: 'code', cell: ({ metric }) => metric },
    { name: 'Model', kind: 'wrap', cell: ({ model }) => <ModelName name={model} /> },
    {
      name: 'Trained on',
      cell: (result) => {
        const { armKey, round, seedSets, temperature, writer, subsetId } = result.mapping
        const made = exports.data?.find(({ id }) => id === subsetId)
        const href = rowsHref(studyId, result, made)
        const parts = [
          evolverLabel(armKey, arms),
          round === null ? '' : `round ${round}`,
          seedSets.join(', '),
          temperature === null ? '' : `temperature ${temperature}`,
          writer === null ? '' : `responses by ${writer}`,
          made ? `export ${made.name}` : '',
        ].filter(Boolean)
        if (parts.length === 0) return <span className="ev-dim">not stated</span>
        const text = parts.join(', ')
        return href === null ? (
          text
        ) : (
          <Anchor component={Link} href={href} size="sm">
            {text}
          </Anchor>
        )
      },
    },
    {
      name: 'Student',
      cell: ({ mapping: { student, size, tuning } }) =>
        [student, size, tuning].filter(Boolean).join(', ') || DASH,
    },
    {
      name: 'Value',
      kind: 'number',
      hint: ({ written, unit, place }) => `${written} (${unit}) at ${place}`,
      cell: (result) => <Value result={result} />,
    },
    {
      name: 'Standard error',
      kind: 'number',
      cell: ({ stderr }) => (stderr === null ? DASH : String(stderr)),
    },
    { name: 'n', kind: 'number', cell: ({ n }) => (n === null ? DASH : formatCount(n)) },
    {
      name: 'Tool',
      cell: ({ harness, harnessVersion, fewShot, templateHash }) => (
        <>
          {[harness, harnessVersion].filter(Boolean).join(' ') || DASH}
          <div className="ev-dim" title={templateHash ?? undefined}>
            {fewShot === null ? '' : `${fewShot} examples in the prompt`}
          </div>
        </>
      ),
    },
    { name: 'File', hint: ({ place }) => place, cell: ({ fileName }) => fileName },
  ]
  return (
    <>
      {lines.length > 0 ? (
        <Notice
          tone={comparison?.difference === null ? 'warn' : 'info'}
          action={
            <Button variant="default" size="xs" onClick={() => setChosen([])}>
              Deselect
            </Button>
          }
        >
          {lines.map((line) => (
            <div key={line} dir="auto">
              {line}
            </div>
          ))}
        </Notice>
      ) : null}
      <Table
        label="Benchmark results"
        columns={columns}
        rows={shown}
        keyOf="no"
        isSelected={({ no }) => chosen.includes(no)}
        maxHeight={640}
      >
        {shown.length < results.length ? (
          <Button variant="default" size="xs" m={8} onClick={() => setIsAll(true)}>
            Show all {formatCount(results.length)}
          </Button>
        ) : null}
      </Table>
    </>
  )
}
