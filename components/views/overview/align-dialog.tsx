'use client'

import { Button, Checkbox, Modal, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import {
  fetchAlignmentFacts,
  useAlign,
  useAlignmentFacts,
  useSimilarity,
  type LikenessQuery,
} from '@/components/hooks/use-imports'
import { formatCount, plural } from '@/lib/contracts/format'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { LinkButton } from '@/components/ui/link-button'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { Notice, QueryState } from '@/components/ui/states'
import {
  isByLikeness,
  type AlignCellsRequest,
  type AlignmentFacts,
  type OperatorRule,
  type ParentPlace,
} from '@/lib/contracts/operators'
import { SEEDS_LABEL } from '@/lib/contracts/seeds'
import type { CellInfo, StudyDetail } from '@/lib/contracts/study'
import { EmbeddingFields } from './embedding-fields'
import { ALIGN_OPTIONS, operatorOptions } from './operator-options'
import { SimilarityFields } from './similarity-fields'

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
        {version}); operators known for {formatCount(operatorRows)}.
      </div>
      {reason === null ? null : <div>Not aligned: {reason}.</div>}
      {note === null ? null : <div>{note}.</div>}
    </Notice>
  )
}

/** Stands for the usual parent in the select. */
const USUAL = 'usual'

function parentLabel(detail: StudyDetail, { arm, round }: ParentPlace): string {
  if (arm === null) return SEEDS_LABEL
  return `${detail.arms.find(({ key }) => key === arm)?.label ?? arm}, round ${round}`
}

/** What makes an alignment again as it is. */
function settingsOf({ align, operators, threshold, pairing, run, parent }: AlignmentFacts) {
  return {
    align,
    operators: align === 'none' ? ('none' as const) : operators,
    threshold,
    pairing,
    ...(align === 'embedding' && run !== null ? { run } : {}),
    parent,
  }
}

function Form({ detail, cell, facts, onClose }: AlignDialogProps & { facts: AlignmentFacts }) {
  const align = useAlign(detail.study.id)
  const [way, setWay] = useState(facts.align)
  const [operators, setOperators] = useState<OperatorRule>(facts.operators)
  const [rule, setRule] = useState({ threshold: facts.threshold, pairing: facts.pairing })
  const [chosenRun, setRun] = useState(facts.run)
  // One run only is the one that is meant; it shows which, and can be looked at before.
  const run = chosenRun ?? (facts.runs.length === 1 ? (facts.runs[0]?.id ?? null) : null)
  const [parent, setParent] = useState(facts.parent)
  const [isForAll, setIsForAll] = useState(false)
  const others = detail.cells.filter(
    (one) =>
      one.id !== cell.id &&
      one.seedSetKey === cell.seedSetKey &&
      one.armKey !== null &&
      one.sourceKind === 'file',
  )
  const isAligned = cell.alignment !== null && cell.alignment.matched > 0
  const isMoved = JSON.stringify(parent) !== JSON.stringify(facts.parent)
  const isChanged =
    way !== facts.align ||
    operators !== facts.operators ||
    (isByLikeness(way) && (rule.threshold !== facts.threshold || rule.pairing !== facts.pairing)) ||
    (way === 'embedding' && run !== facts.run) ||
    isMoved
  const likeness: LikenessQuery = {
    ...rule,
    parent,
    ...(way === 'embedding' && run !== null ? { run } : {}),
  }
  const preview = useSimilarity(detail.study.id, cell.id, likeness, isByLikeness(way))
  const missing = way === 'embedding' && run !== null ? (preview.data?.missing ?? null) : null
  const lacksRun = way === 'embedding' && (run === null || missing !== null)
  const dependent = [...new Set(cell.metrics.map(({ metric }) => metric))]

  const start = async () => {
    // Read before anything changes: made again with its settings, an alignment has the links before.
    const before: AlignCellsRequest[] = [{ cells: [cell.id], ...settingsOf(facts) }]
    try {
      for (const { id } of isForAll ? others : []) {
        before.push({ cells: [id], ...settingsOf(await fetchAlignmentFacts(detail.study.id, id)) })
      }
    } catch (error) {
      notifyError('Nothing was changed: the alignment of the other files could not be read', error)
      return
    }
    const request: AlignCellsRequest = {
      cells: [cell.id, ...(isForAll ? others.map(({ id }) => id) : [])],
      ...(way === facts.align && isAligned ? {} : { align: way }),
      ...(way === 'none' ? { operators: 'none' as const } : { operators }),
      ...(isByLikeness(way) ? rule : {}),
      ...(way === 'embedding' && run !== null ? { run } : {}),
      ...(isMoved ? { parent } : {}),
    }
    align.mutate(request, {
      onSuccess: () => {
        const done = 'Aligning. The cell shows the new version when it is done.'
        notifyUndo(done, () => before.forEach((one) => align.mutate(one)))
        onClose()
      },
    })
  }
  if (facts.isRecorded) {
    return (
      <Text>
        These rows were evolved here: their parents and operators are recorded and cannot be
        changed.
      </Text>
    )
  }
  return (
    <>
      <Select
        label="Alignment"
        aria-label="Alignment with parents"
        description="Row numbers are checked against inputs and texts; if the check fails, ids are tried."
        data={ALIGN_OPTIONS}
        value={way}
        onChange={(value) => setWay((value ?? 'index') as AlignmentFacts['align'])}
      />
      {way === 'id' ? <Text c="dimmed">{facts.idRule}</Text> : null}
      <Select
        label="Parent file"
        description="The rows descend from this file; of an earlier round in the same seed set."
        data={[
          { value: USUAL, label: 'The round before of the same evolver, or the seeds' },
          ...facts.parents.map((place) => ({
            value: JSON.stringify(place),
            label: parentLabel(detail, place),
          })),
        ]}
        disabled={way === 'none'}
        value={parent === null ? USUAL : JSON.stringify(parent)}
        onChange={(value) => {
          const chosen = facts.parents.find((place) => JSON.stringify(place) === value)
          setParent(chosen ?? null)
        }}
      />
      {way === 'embedding' ? (
        <EmbeddingFields
          studyId={detail.study.id}
          cellId={cell.id}
          parent={parent}
          runs={facts.runs}
          run={run}
          missing={missing}
          onRun={setRun}
        />
      ) : null}
      {isByLikeness(way) && !lacksRun ? (
        <SimilarityFields
          key={way}
          query={preview}
          value={likeness}
          onChange={(changed) => setRule({ ...rule, ...changed })}
        />
      ) : null}
      <Select
        label="Operators"
        description="Rotation: row i in round r has operator (i + r - 1) mod 4 or 5."
        data={operatorOptions(facts.columns, facts.operatorNames)}
        disabled={way === 'none'}
        searchable={facts.columns.length > 12}
        value={way === 'none' ? 'none' : operators}
        onChange={(value) => setOperators((value ?? 'none') as OperatorRule)}
      />
      {facts.rotation !== null && operators === 'none' && way !== 'none' ? (
        <Notice>
          Name and size of this seed set are those of the study of arXiv 2412.11231, which rotated{' '}
          {facts.rotation === 'rotation5'
            ? 'four depth operators and breadth'
            : 'four depth operators'}{' '}
          over it. Check that this file was made in the same way.{' '}
          <LinkButton onClick={() => setOperators(facts.rotation ?? 'none')}>
            Use this rotation
          </LinkButton>
        </Notice>
      ) : null}
      {others.length > 0 ? (
        <Checkbox
          label={`Also for the other ${plural(others.length, 'file')} of this seed set`}
          checked={isForAll}
          onChange={(event) => setIsForAll(event.currentTarget.checked)}
        />
      ) : null}
      <Text c="dimmed">
        This creates a new version of the alignment. Existing runs keep the version they were
        computed under and are marked as outdated
        {dependent.length > 0 ? ` (here: ${dependent.join(', ')})` : ''}; Compute on the overview
        offers them again.
      </Text>
      <DialogFoot error={align.error} what="Nothing was changed" onClose={onClose}>
        <Button
          onClick={() => void start()}
          loading={align.isPending}
          disabled={(!isChanged && !isForAll) || lacksRun}
        >
          Apply
        </Button>
      </DialogFoot>
    </>
  )
}

/** Shows and changes how the rows of one file are aligned with their parents, and which operators they have. */
export function AlignDialog(props: AlignDialogProps) {
  const { detail, cell, name, onClose } = props
  const query = useAlignmentFacts(detail.study.id, cell.id)
  return (
    <Modal opened onClose={onClose} size="lg" title={`Parents and operators: ${name}`}>
      <Stack gap="sm">
        <State alignment={cell.alignment} />
        <QueryState query={query} what="The alignment could not be read" lines={4}>
          {(facts) => <Form {...props} facts={facts} />}
        </QueryState>
      </Stack>
    </Modal>
  )
}
