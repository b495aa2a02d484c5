'use client'

import { Button, Checkbox, CloseButton, Group, Stack, Text } from '@mantine/core'
import { DASH, formatBytes, formatShare } from '@/lib/contracts/format'
import { Disclosure } from '@/components/ui/link-button'
import { ProgressBar } from '@/components/ui/progress-bar'
import { ErrorState, Notice } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { PlaceProblem } from '@/lib/contracts/import-matrix'
import { suggestedReading } from '@/lib/contracts/import-questions'
import type { ImportPlan, ImportPreview, StudyDetail } from '@/lib/contracts/study'
import { WHICH_PART } from '@/lib/contracts/values-file'
import classes from './overview.module.css'
import { RememberedMapping } from './remembered-mapping'
import { ImportOpeningFields } from './import-opening-fields'
import { ImportPlanFields } from './import-plan-fields'
import { ImportValuesFields } from './import-values-fields'
import { canImport, type ImportFile } from './use-import-files'

interface ImportFileCardProps {
  file: ImportFile
  detail: StudyDetail
  /** What stands in the way at its place. */
  problems: readonly PlaceProblem[]
  onChoose(isChosen: boolean): void
  onPlan(plan: ImportPlan): void
  /** Takes the mapping that is detected instead of the one used last. */
  onDetect(): void
  onRemove(): void
}

const STATE_TEXT = {
  waiting: 'waiting',
  uploading: 'uploading',
  retrying: 'connection lost, trying again',
  reading: 'reading the first rows',
  ready: '',
  failed: 'failed',
}

interface QuestionsProps {
  preview: ImportPreview
  plan: ImportPlan
  onPlan(plan: ImportPlan): void
}

/** What must be decided first, with the answer that looks right. */
function Questions({ preview, plan, onPlan }: QuestionsProps) {
  if (plan.questions.length === 0) return null
  const asShown = { ...plan, questions: [] }
  const isPart = plan.questions.some(({ code }) => code === WHICH_PART)
  const answered = suggestedReading(plan)
  const hasSuggestion = Object.keys(answered).length > 0
  return (
    <Notice>
      {plan.questions.map(({ code, message }) => (
        <div key={code}>
          <strong>Your decision is needed.</strong> <span dir="auto">{message}</span>
        </div>
      ))}
      <Group gap="xs" mt={8}>
        {hasSuggestion ? (
          <Button size="compact-sm" onClick={() => onPlan({ ...plan, ...answered, questions: [] })}>
            Use the suggestion
          </Button>
        ) : null}
        {canImport(preview, asShown) && !isPart ? (
          <Button size="compact-sm" variant="default" onClick={() => onPlan(asShown)}>
            Import as shown
          </Button>
        ) : null}
      </Group>
    </Notice>
  )
}

function Findings({ file }: { file: ImportFile }) {
  const { preview } = file
  if (!preview) return null
  const { error, duplicateOf, warnings } = preview
  const isSkipping = file.plan !== null && canImport(preview, file.plan)
  return (
    <>
      {error ? (
        <Notice tone={isSkipping ? 'warn' : 'error'}>
          <strong>
            {isSkipping
              ? 'Rows that cannot be read are skipped.'
              : 'This file cannot be imported as it is.'}
          </strong>{' '}
          {error.message}
          {error.canSkip && !isSkipping ? (
            <> To import the other rows, switch on “Skip rows that cannot be read”.</>
          ) : null}
        </Notice>
      ) : null}
      {duplicateOf ? (
        <Notice tone="info">
          This study already contains the same file: <span dir="auto">{duplicateOf.label}</span>. It
          is not imported unless you select it.
        </Notice>
      ) : null}
      {warnings.length > 0 ? (
        <Notice>
          <ul className={classes.warnings}>
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </>
  )
}

// Two lines in the preview; the whole text is shown after the import.
const SHOWN_CHARACTERS = 220

type PreviewRow = ImportPreview['rows'][number]

function text(
  name: string,
  missing: string,
  read: (row: PreviewRow) => string | null,
): Column<PreviewRow> {
  return {
    name,
    className: classes.previewText,
    hint: (row) => (read(row) ? undefined : missing),
    cell: (row) => {
      const value = read(row)
      if (!value) return <span className="ev-dim">{DASH}</span>
      return value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)} …` : value
    },
  }
}

const COLUMNS: readonly Column<PreviewRow>[] = [
  { name: 'Row', kind: 'number', cell: ({ index }) => index },
  text('Instruction', 'The instruction is empty', ({ instruction }) => instruction),
  text('Input', 'No input', ({ input }) => input),
  text('Response', 'No response; it is marked as missing', ({ output }) => output),
  { name: 'Flags', className: 'ev-dim', cell: ({ flags }) => flags.join(', ') },
]

/** The first rows as they would be stored. */
function ImportPreviewTable({ rows }: { rows: ImportPreview['rows'] }) {
  return <Table label="First rows" columns={COLUMNS} rows={rows} keyOf="index" maxHeight={280} />
}

/** One uploaded file: what it seems to be, what to correct, and its first rows. */
export function ImportFileCard({
  file,
  detail,
  problems,
  onChoose,
  onPlan,
  onDetect,
  onRemove,
}: ImportFileCardProps) {
  const { preview, plan } = file
  const isMoving = ['uploading', 'retrying', 'reading'].includes(file.state)
  return (
    <section
      className={`ev-panel ${classes.file}`}
      data-clashing={problems.some(({ isBlocking }) => isBlocking) || undefined}
      aria-label={file.name}
    >
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Checkbox
          checked={file.isChosen}
          disabled={plan === null || preview === null || !canImport(preview, plan)}
          onChange={(event) => onChoose(event.currentTarget.checked)}
          label={<strong dir="auto">{file.name}</strong>}
        />
        <Group gap="sm" wrap="nowrap">
          <Text size="sm" c="dimmed" className={classes.fileFacts}>
            {formatBytes(file.sizeBytes)}
            {plan?.format ? `, ${plan.format}, ${formatShare(preview?.confidence ?? 0)} sure` : ''}
            {STATE_TEXT[file.state] ? `, ${STATE_TEXT[file.state]}` : ''}
          </Text>
          <CloseButton aria-label={`Remove ${file.name}`} onClick={onRemove} />
        </Group>
      </Group>
      {isMoving ? (
        <ProgressBar
          share={file.sizeBytes > 0 ? file.sentBytes / file.sizeBytes : null}
          label={`Upload of ${file.name}`}
        />
      ) : null}
      {file.state === 'failed' ? (
        <ErrorState error={file.error} what="This file was not read" />
      ) : null}
      {preview && plan ? (
        <Stack gap="sm" mt="xs">
          {problems.length > 0 ? (
            <Notice tone={problems.some(({ isBlocking }) => isBlocking) ? 'error' : 'warn'}>
              {problems.map(({ kind, message }) => (
                <div key={kind} dir="auto">
                  {message}
                </div>
              ))}
            </Notice>
          ) : null}
          <Questions preview={preview} plan={plan} onPlan={onPlan} />
          {preview.remembered ? (
            <RememberedMapping
              remembered={preview.remembered}
              onUse={(used) => onPlan({ ...plan, ...used, questions: [] })}
              onDetect={onDetect}
            />
          ) : null}
          <Findings file={file} />
          <ImportOpeningFields
            plan={plan}
            repair={preview.error?.repair ?? null}
            onChange={onPlan}
          />
          {preview.values ? (
            <ImportValuesFields
              plan={plan}
              parts={preview.values}
              detail={detail}
              onChange={onPlan}
            />
          ) : (
            <ImportPlanFields
              plan={plan}
              keys={preview.keys}
              further={preview.further}
              reasons={preview.reasons}
              detail={detail}
              onChange={onPlan}
            />
          )}
          {preview.rows.length > 0 ? (
            <Disclosure
              isOpenFirst
              show={`Show the first ${preview.rows.length} rows`}
              hide="Hide the first rows"
            >
              <ImportPreviewTable rows={preview.rows} />
            </Disclosure>
          ) : null}
        </Stack>
      ) : null}
    </section>
  )
}
