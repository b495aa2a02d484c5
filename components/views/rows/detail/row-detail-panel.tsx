'use client'

import { ActionIcon, CopyButton, Tooltip } from '@mantine/core'
import {
  IconChevronDown,
  IconChevronUp,
  IconCircleCheck,
  IconCircleCheckFilled,
  IconLink,
  IconStar,
  IconStarFilled,
  IconTrash,
  IconTrashFilled,
  IconX,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useDecide, useTurnDecision } from '@/components/hooks/use-decisions'
import { useRowDetail } from '@/components/hooks/use-rows'
import { useViewState } from '@/components/hooks/use-view-state'
import { ArmMark } from '@/components/figures/arm-mark'
import { ClampedText } from '@/components/ui/clamped-text'
import { shortHash } from '@/lib/contracts/format'
import { KEYS } from '@/components/shell/keys'
import { useShortcut } from '@/components/ui/shortcuts'
import { notifyError, notifyUndo } from '@/components/ui/notify'
import { ErrorState, LoadingLines } from '@/components/ui/states'
import type { RowDetail, RowRef } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './detail.module.css'
import { InstructionText } from './instruction-text'
import { MetricDetails } from './metric-details'
import { OtherResponses } from './other-responses'
import { Relatives } from './relatives'
import { placeOf } from '../table/row-cell'
import { SimilarRows } from './similar-rows'
import { RowNotes } from './row-notes'
import { RowValues } from './row-values'
import type { SelectedRow } from '../table/use-row-selection'

interface RowDetailPanelProps {
  study: StudyDetail
  selected: SelectedRow
  /** Whether s and d mean this row; otherwise they mean the selected rows. */
  hasMarkKeys: boolean
  onStep(direction: 1 | -1): void
  onSelect(row: SelectedRow): void
  onClose(): void
  onCard(columnId: string): void
}

interface IconButtonProps {
  label: string
  onClick(): void
  children: ReactNode
  pressed?: boolean
}

function IconButton({ label, onClick, children, pressed }: IconButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        aria-label={label}
        onClick={onClick}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

function TextSection({
  title,
  text,
  missing,
  places,
}: {
  title: string
  text: string | null
  missing?: string
  places?: readonly (readonly [number, number])[] | undefined
}) {
  if (!text && !missing) return null
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>{title}</h3>
      {text ? (
        <ClampedText text={text} places={places} />
      ) : (
        <p className={classes.sub}>{missing}</p>
      )}
    </section>
  )
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  return text === '{}' || text === '[]' ? null : text
}

function Body({
  data,
  study,
  onOpen,
  onCard,
}: {
  data: RowDetail
  study: StudyDetail
  onOpen(row: RowRef): void
  onCard(columnId: string): void
}) {
  const { row } = data
  return (
    <div className={classes.body}>
      <InstructionText
        text={row.instruction}
        parent={data.parent}
        places={row.matches?.instruction}
      />
      <TextSection title="Input" text={row.input} places={row.matches?.input} />
      <TextSection title="System prompt" text={row.system} />
      <TextSection title="History" text={asText(row.history)} />
      <TextSection
        title="Last user message (losses are computed on its answer)"
        text={row.lastPair?.user ?? null}
      />
      <TextSection
        title="Response"
        text={row.response}
        missing="This row has no response."
        places={row.matches?.response}
      />
      <OtherResponses responses={data.responses} />
      <RowValues data={data} detail={study} onCard={onCard} />
      <MetricDetails data={data} study={study} />
      <Relatives data={data} detail={study} onOpen={onOpen} />
      <SimilarRows row={row} study={study} />
      <RowNotes key={`${row.cellId}.${row.idx}`} studyId={study.study.id} data={data} />
      <TextSection title="Other fields of the source" text={asText(row.extra)} />
      <section className={classes.section}>
        <h3 className={classes.sectionTitle}>Source</h3>
        <p className={classes.sub}>
          {row.fileName}, row {row.idx}
          {row.externalId ? `, id ${row.externalId}` : ''}
          {row.flags.length > 0 ? `, flags: ${row.flags.join(', ')}` : ''}
          <br />
          SHA-256 <span title={row.sha256}>{shortHash(row.sha256)}…</span>
        </p>
      </section>
    </div>
  )
}

type Verdict = 'star' | 'keep' | 'drop'

/** Sets or removes a star or a verdict; an exclusion can be undone at once. */
function useMarks(studyId: string, data: RowDetail | undefined) {
  const decide = useDecide(studyId)
  const undo = useTurnDecision(studyId, 'undo')

  return (kind: Verdict) => {
    if (!data) return
    const { cellId, idx } = data.row
    const removes = data.row.marks.includes(kind)
    decide.mutate(
      { rows: [{ cellId, idx }], kind, removes },
      {
        onError: (error) => notifyError('The mark was not saved', error),
        onSuccess: ({ no }) => {
          if (kind === 'drop' && !removes && no !== null) {
            notifyUndo('The row was excluded.', () => undo.mutate(no))
          }
        },
      },
    )
  }
}

/** One row with everything that is known of it, beside the table. */
export function RowDetailPanel(props: RowDetailPanelProps) {
  const { study, selected, hasMarkKeys, onStep, onSelect, onClose, onCard } = props
  const { filter } = useViewState().state
  const query = useRowDetail(study.study.id, selected, filter)
  const data = query.data
  const mark = useMarks(study.study.id, query.isPlaceholderData ? undefined : data)
  const has = (kind: string) => data?.row.marks.includes(kind) ?? false
  const open = (row: RowRef | null | undefined) =>
    row && onSelect({ cellId: row.cellId, idx: row.idx, at: null })
  const nextRound =
    data?.children.find((child) => child.armKey === data.row.armKey) ?? data?.children[0]

  useShortcut(KEYS.parent, () => open(data?.parent))
  useShortcut(KEYS.child, () => open(nextRound))
  useShortcut(KEYS.star, () => mark('star'), { enabled: hasMarkKeys })
  useShortcut(KEYS.keep, () => mark('keep'), { enabled: hasMarkKeys })
  useShortcut(KEYS.drop, () => mark('drop'), { enabled: hasMarkKeys })
  useShortcut(KEYS.closeRow, onClose)

  const place = data ? placeOf(study, data.row) : null
  return (
    <div>
      <header className={classes.head}>
        <div className={classes.headLine}>
          <h2 className={classes.place}>Row {selected.idx}</h2>
          <IconButton label="Star (s)" pressed={has('star')} onClick={() => mark('star')}>
            {has('star') ? <IconStarFilled size={16} /> : <IconStar size={16} />}
          </IconButton>
          <IconButton label="Keep (v)" pressed={has('keep')} onClick={() => mark('keep')}>
            {has('keep') ? <IconCircleCheckFilled size={16} /> : <IconCircleCheck size={16} />}
          </IconButton>
          <IconButton label="Exclude (d)" pressed={has('drop')} onClick={() => mark('drop')}>
            {has('drop') ? <IconTrashFilled size={16} /> : <IconTrash size={16} />}
          </IconButton>
          <CopyButton value={typeof location === 'undefined' ? '' : location.href}>
            {({ copied, copy }) => (
              <IconButton label={copied ? 'Link copied' : 'Copy the link'} onClick={copy}>
                <IconLink size={16} />
              </IconButton>
            )}
          </CopyButton>
          <IconButton label="Previous row (k)" onClick={() => onStep(-1)}>
            <IconChevronUp size={16} />
          </IconButton>
          <IconButton label="Next row (j)" onClick={() => onStep(1)}>
            <IconChevronDown size={16} />
          </IconButton>
          <IconButton label="Close (Esc)" onClick={onClose}>
            <IconX size={16} />
          </IconButton>
        </div>
        <div className={classes.sub}>
          {place && data ? (
            <>
              <ArmMark colorIndex={place.colorIndex} /> {place.arm}, round {data.row.round},{' '}
              {place.seedSet}
              {data.row.operator ? `, ${data.row.operator}` : ''}
            </>
          ) : (
            '\u00a0'
          )}
        </div>
      </header>
      {data ? (
        <Body data={data} study={study} onOpen={open} onCard={onCard} />
      ) : query.error ? (
        <div className={classes.wait}>
          <ErrorState
            error={query.error}
            what="The row could not be read"
            onRetry={() => void query.refetch()}
          />
        </div>
      ) : (
        <div className={classes.wait}>
          <LoadingLines lines={10} height={28} />
        </div>
      )}
    </div>
  )
}
