'use client'

import { Button, Group, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import Link from 'next/link'
import { useRef, useState } from 'react'
import { useFormulaPreview, useSaveFormula } from '@/components/hooks/use-formulas'
import { columnName } from '@/components/shell/column-name'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { notifyDone } from '@/components/ui/notify'
import { ErrorState, LoadingLines } from '@/components/ui/states'
import type { Formula, FormulaProblem } from '@/lib/contracts/formula'
import { LIMITS } from '@/lib/contracts/limits'
import type { StudyDetail } from '@/lib/contracts/study'
import { inFormula, pointedAt } from '@/lib/formulas/error'
import { FUNCTIONS } from '@/lib/formulas/functions'
import { FORMULA_PRESETS } from '@/lib/formulas/presets'
import { PreviewPanel } from './formula-preview'
import classes from './formulas.module.css'

// Long enough that a word is not computed letter by letter, short enough to feel live.
const TYPING_MS = 250
function Problem({ text, problem }: { text: string; problem: FormulaProblem }) {
  return (
    <div role="status">
      <Text size="sm">
        Line {problem.line}, column {problem.column}: {problem.message}
      </Text>
      <pre className={`ev-mono ${classes.problem}`}>{pointedAt(text, problem)}</pre>
    </div>
  )
}

interface FormulaFormProps {
  detail: StudyDetail
  /** The column that is changed; null for a new one. */
  edited: Formula | null
  onDone(column: string): void
  onClose(): void
}

/** Name and formula of a column, with what it would give while one types. */
export function FormulaForm({ detail, edited, onDone, onClose }: FormulaFormProps) {
  const studyId = detail.study.id
  const [name, setName] = useState(edited?.name ?? '')
  const [text, setText] = useState(edited?.text ?? '')
  const field = useRef<HTMLTextAreaElement>(null)
  const [asked] = useDebouncedValue(text, TYPING_MS)
  const preview = useFormulaPreview(studyId, asked, edited?.column ?? null)
  const save = useSaveFormula(studyId, edited?.id ?? null)
  const isCurrent = asked === text && !preview.isPlaceholderData
  const found = text.trim() === '' ? undefined : preview.data
  const labels = new Map(detail.columns.map((column) => [column.id, columnName(column)]))

  const insert = (what: string) => {
    const at = field.current?.selectionStart ?? text.length
    const end = field.current?.selectionEnd ?? at
    setText(text.slice(0, at) + what + text.slice(end))
    field.current?.focus()
  }
  const submit = () =>
    save.mutate(
      { name: name.trim(), text },
      {
        onSuccess: (made) => {
          notifyDone(`${made.name} is saved as version ${made.version}.`)
          onDone(made.column)
        },
      },
    )

  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <TextInput
        label="Name"
        required
        data-autofocus
        maxLength={LIMITS.viewName}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        ref={field}
        label="Formula"
        description={
          <>
            As in ifd.strict * words(instruction). The <Link href="/help#formulas">help page</Link>{' '}
            says how formulas are written.
          </>
        }
        required
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        classNames={{ input: 'ev-mono' }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group grow align="flex-start">
        <Select
          label="Insert a column"
          placeholder="Name or id"
          searchable
          value={null}
          data={detail.columns.map((column) => ({
            value: column.id,
            label: `${columnName(column)} (${column.id})`,
          }))}
          onChange={(id) => id && insert(inFormula(id))}
        />
        <Select
          label="Insert a function"
          placeholder="rank, if, log ..."
          searchable
          value={null}
          data={FUNCTIONS.map(({ name: value, form }) => ({ value, label: form }))}
          onChange={(one) => insert(FUNCTIONS.find((fn) => fn.name === one)?.form ?? '')}
        />
        <Select
          label="Begin with"
          placeholder="A known score"
          value={null}
          data={FORMULA_PRESETS.map((preset) => preset.name)}
          onChange={(one) => {
            const preset = FORMULA_PRESETS.find((candidate) => candidate.name === one)
            if (!preset) return
            setText(preset.text)
            if (name.trim() === '') setName(preset.name)
          }}
        />
      </Group>
      {preview.error && text.trim() !== '' ? (
        <ErrorState error={preview.error} what="The formula was not tried" />
      ) : null}
      {text.trim() !== '' && !found?.isValid && !isCurrent ? <LoadingLines lines={2} /> : null}
      {found?.isValid ? (
        <PreviewPanel preview={found} isStale={!isCurrent} labelOf={(id) => labels.get(id) ?? id} />
      ) : null}
      {found && !found.isValid && isCurrent ? (
        <Problem text={text} problem={found.problem} />
      ) : null}
      <DialogFoot error={save.error} what="The column was not saved" onClose={onClose}>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={name.trim() === '' || !found?.isValid || !isCurrent}
        >
          {edited ? 'Save as a new version' : 'Add the column'}
        </Button>
      </DialogFoot>
    </Stack>
  )
}
