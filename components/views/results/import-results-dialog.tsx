'use client'

import { Button, Modal, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useImportResults, type NamedFile } from '@/components/hooks/use-results'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { plural } from '@/lib/contracts/format'
import { notifyDone } from '@/components/ui/notify'
import { Notice } from '@/components/ui/states'
import { DropArea } from '@/components/views/overview/import-invitation'
import { isJunk, nameOf } from '@/components/views/overview/use-import-files'
import type { ImportResults } from '@/lib/contracts/results'

type Unit = NonNullable<ImportResults['unit']>

const UNITS: { value: Unit; label: string }[] = [
  { value: 'percent', label: 'percent (31.2 is 31.2 %)' },
  { value: 'fraction', label: 'fraction (0.312 is 31.2 %)' },
  { value: 'count', label: 'count' },
  { value: 'points', label: 'points on a scale of its own' },
]
const PASTE_ROWS = 5

interface ImportResultsDialogProps {
  studyId: string
  onClose(): void
}

/** Files, folders and a pasted table; what could not be read stays on screen with its reason. */
export function ImportResultsDialog({ studyId, onClose }: ImportResultsDialogProps) {
  const [files, setFiles] = useState<NamedFile[]>([])
  const [pasted, setPasted] = useState('')
  const [model, setModel] = useState('')
  const [unit, setUnit] = useState<Unit | null>(null)
  const send = useImportResults(studyId)
  const hasText = pasted.trim() !== ''
  const add = (added: readonly File[]) => {
    const named = added.map((file) => ({ name: nameOf(file), file }))
    const meant = named.filter(({ name, file }) => !isJunk(name) && file.size > 0)
    setFiles((before) => [...before, ...meant])
  }
  const run = () =>
    send.mutate(
      {
        files,
        ...(hasText ? { pasted } : {}),
        ...(model.trim() === '' ? {} : { model: model.trim() }),
        ...(unit === null ? {} : { unit }),
      },
      {
        onSuccess: ({ files: done, notes, failed }) => {
          notifyDone(`${plural(done.length, 'result file')} imported.`)
          setFiles([])
          setPasted('')
          if (notes.length === 0 && failed.length === 0) onClose()
        },
      },
    )
  return (
    <Modal opened onClose={onClose} size="min(760px, 94vw)" title="Import benchmark results">
      <Stack gap="sm">
        <Text size="sm">
          Files or the folder of an evaluation: lm-evaluation-harness with its samples, IFEval,
          EvalPlus, AlpacaEval, OpenCompass, FollowBench, EvalScope, lighteval, Inspect, Every Eval
          Ever, or a table.
        </Text>
        <DropArea onFiles={add} isCompact />
        {files.length > 0 ? (
          <Text size="sm" dir="auto">
            {plural(files.length, 'file')}: {files.map(({ name }) => name).join(', ')}
          </Text>
        ) : null}
        <Textarea
          label="Paste a table"
          description="Columns model, benchmark, metric and value; unit, n, stderr, harness, harness_version, few_shot, template_hash, part and date where you have them. Commas, tabs or Markdown. Or win, tie and lose: three numbers a line, after a name if there is one."
          autosize
          minRows={PASTE_ROWS}
          maxRows={12}
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
        />
        <Select
          label="Unit of a table without a unit column"
          placeholder="the table has one"
          data={UNITS}
          value={unit}
          clearable
          onChange={(value) => setUnit(value)}
        />
        <TextInput
          label="Model"
          description="Of files that do not name theirs, such as IFEval's."
          value={model}
          maxLength={500}
          onChange={(event) => setModel(event.currentTarget.value)}
        />
        {send.data?.failed.map((text) => (
          <Notice key={text} tone="error">
            <span dir="auto">{text}</span>
          </Notice>
        ))}
        {send.data && send.data.notes.length > 0 ? (
          <Notice tone="info">
            {send.data.notes.map((note) => (
              <div key={note} dir="auto">
                {note}
              </div>
            ))}
          </Notice>
        ) : null}
        <DialogFoot error={send.error} what="No result was imported" onClose={onClose}>
          <Button onClick={run} loading={send.isPending} disabled={files.length === 0 && !hasText}>
            Import
          </Button>
        </DialogFoot>
      </Stack>
    </Modal>
  )
}
