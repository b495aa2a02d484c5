'use client'

import { ClampedText } from '@/components/ui/clamped-text'
import { Table, type Column } from '@/components/ui/table'
import type { CheckOutcome, PassMatrix } from '@/lib/contracts/experiment'
import { plural } from '@/lib/contracts/format'
import classes from './pass-matrix.module.css'

type Tested = PassMatrix['functions'][number]

const WORDS: Record<string, string> = {
  pass: 'returned what the case expects',
  fail: 'returned something else',
  error: 'ended with an error',
  timeout: 'took too long and was stopped',
  killed: 'was stopped, for memory or output',
  'not run': 'was not run',
}

/** The outcome in a word; the class of an error stands in the hint. */
function wordOf(outcome: CheckOutcome | undefined): string {
  return outcome?.split(':')[0] ?? 'not run'
}

function columnsOf({ cases, outcomes, functions }: PassMatrix): Column<Tested>[] {
  const outcomeOf = (tested: Tested, at: number) => outcomes[functions.indexOf(tested)]?.[at]
  return [
    { name: 'Function', kind: 'name', cell: (_, row) => `Function ${row + 1}` },
    // Before the cases, which may be many.
    { name: 'Accuracy', kind: 'number', cell: ({ accuracy }) => accuracy.toFixed(2) },
    { name: 'Kept', kind: 'line', cell: ({ kept }) => (kept ? 'yes' : 'no') },
    ...cases.map(({ kept }, at): Column<Tested> => ({
      name: `Case ${at + 1}`,
      className: kept ? '' : classes.unconfirmed,
      hint: (tested) =>
        `${outcomeOf(tested, at) ?? ''} ${WORDS[wordOf(outcomeOf(tested, at))] ?? ''}`.trim(),
      cell(tested) {
        const word = wordOf(outcomeOf(tested, at))
        return <span className={`${classes.outcome} ${classes[word] ?? ''}`}>{word}</span>
      },
    })),
  ]
}

/** Every checking function of a constraint on every case, what was kept of both, and their texts. */
export function PassMatrixTable({ matrix }: { matrix: PassMatrix }) {
  const { constraint, functions, cases } = matrix
  return (
    <div className={classes.box}>
      <ClampedText text={constraint} />
      {functions.length > 0 && cases.length > 0 ? (
        <Table
          label={`Outcomes of the functions for: ${constraint}`}
          columns={columnsOf(matrix)}
          rows={functions}
          keyOf={(_, row) => row}
        />
      ) : null}
      <details>
        <summary>
          {plural(functions.length, 'function')}, {plural(cases.length, 'case')}
        </summary>
        <ol>
          {cases.map(({ case: [input, expected], kept }, at) => (
            <li key={at}>
              <ClampedText text={input} limit={200} mono />
              expects <code>{JSON.stringify(expected)}</code>
              {kept ? null : ', which no function confirms'}
            </li>
          ))}
        </ol>
        <ol>
          {functions.map(({ source }, row) => (
            <li key={row}>
              <ClampedText text={source} mono />
            </li>
          ))}
        </ol>
      </details>
    </div>
  )
}
