'use client'

import { Button, Checkbox, Group, Modal, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { useAlign, useAlignmentFacts } from '@/components/hooks/use-alignment'
import { formatCount, plural } from '@/components/ui/format'
import { notifyDone } from '@/components/ui/notify'
import { ErrorState, LoadingLines, Notice, QueryState } from '@/components/ui/states'
import type { AlignCellsRequest, AlignmentFacts, OperatorRule } from '@/lib/contracts/operators'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'
import { ALIGN_OPTIONS, operatorOptions } from './operator-options'

interface AlignDialogProps {
  detail: StudyDetail
  cell: CellInfo
  /** Seed set, evolver and round in words. */
  name: string
  onClose(): void
}

function State({ alignment }: { alignment: CellInfo['alignment'] }) {
  if (alignment === null) {
    return <Notice>Rows are not aligned with their parents.</Notice>
  }
  const { matched, total, reason, note, operatorRows, version } = alignment
  return (
    <Notice tone={reason === null ? 'info' : 'warn'}>
      <div>
        {formatCount(matched)} of {plural(total, 'row')} aligned with their parents (version{' '}
        {version}); operators known of {formatCount(operatorRows)}.
      </div>
      {reason === null ? null : <div>Not aligned: {reason}.</div>}
      {note === null ? null : <div>{note}.</div>}
    </Notice>
  )
}

function Form({ detail, cell, facts, onClose }: AlignDialogProps & { facts: AlignmentFacts }) {
  const align = useAlign(detail.study.id)
  const [way, setWay] = useState(facts.align)
  const [operators, setOperators] = useState<OperatorRule>(facts.operators)
  const [isForAll, setIsForAll] = useState(false)
  const others = detail.cells.filter(
    (one) =>
      one.id !== cell.id &&
      one.seedSetKey === cell.seedSetKey &&
      one.armKey !== null &&
      one.sourceKind === 'file',
  )
  const isAligned = cell.alignment !== null && cell.alignment.matched > 0
  const isChanged = way !== facts.align || operators !== facts.operators

  const start = () => {
    const request: AlignCellsRequest = {
      cells: [cell.id, ...(isForAll ? others.map(({ id }) => id) : [])],
      ...(way === facts.align && isAligned ? {} : { align: way }),
      ...(way === 'none' ? { operators: 'none' as const } : { operators }),
    }
    align.mutate(request, {
      onSuccess: () => {
        notifyDone('Aligning. The cell shows the new version when it is done.')
        onClose()
      },
    })
  }

  if (facts.isRecorded) {
    return (
      <p style={{ margin: 0 }}>
        These rows were made here: their parents and operators are recorded and stay as they are.
      </p>
    )
  }
  return (
    <>
      <Select
        label="Aligned"
        aria-label="How rows meet their parents"
        description="Row numbers are checked against inputs and texts; where they fail, ids are tried."
        data={ALIGN_OPTIONS}
        value={way}
        onChange={(value) => setWay((value ?? 'index') as AlignmentFacts['align'])}
      />
      {way === 'id' ? (
        <p className="ev-dim" style={{ margin: 0 }}>
          {facts.idRule}
        </p>
      ) : null}
      <Select
        label="Operators"
        description="In turn: row i of the parent in round r has operator (i + r - 1) mod 4 or 5, as in the study."
        data={operatorOptions(facts.columns, facts.operatorNames)}
        disabled={way === 'none'}
        searchable={facts.columns.length > 12}
        value={way === 'none' ? 'none' : operators}
        onChange={(value) => setOperators((value ?? 'none') as OperatorRule)}
      />
      {others.length > 0 ? (
        <Checkbox
          label={`Also for the other ${plural(others.length, 'file')} of this seed set`}
          checked={isForAll}
          onChange={(event) => setIsForAll(event.currentTarget.checked)}
        />
      ) : null}
      <p className="ev-dim" style={{ margin: 0 }}>
        This makes a new version. Runs keep the one they were scored under and are marked as such.
      </p>
      {align.error ? <ErrorState error={align.error} what="Nothing was changed" /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button onClick={start} loading={align.isPending} disabled={!isChanged && !isForAll}>
          Apply
        </Button>
      </Group>
    </>
  )
}

/** How the rows of one file meet their parents and which operators they have, to look at and to change. */
export function AlignDialog(props: AlignDialogProps) {
  const { detail, cell, name, onClose } = props
  const query = useAlignmentFacts(detail.study.id, cell.id)
  return (
    <Modal opened onClose={onClose} size="lg" title={`Parents and operators: ${name}`}>
      <Stack gap="sm">
        <State alignment={cell.alignment} />
        <QueryState
          query={query}
          what="The alignment could not be read"
          skeleton={<LoadingLines lines={4} />}
        >
          {(facts) => <Form {...props} facts={facts} />}
        </QueryState>
      </Stack>
    </Modal>
  )
}
