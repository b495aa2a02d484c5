'use client'

import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useSaveSubset } from '@/components/hooks/use-subsets'
import { formatCount, formatShare, shortHash } from '@/lib/contracts/format'
import { notifyDone, notifyError } from '@/components/ui/notify'
import { Table } from '@/components/ui/table'
import { armText, seedSetText } from '@/components/shell/condition-text'
import type { StudyDetail } from '@/lib/contracts/study'
import type { Leak, SubsetFunnel, SubsetRule } from '@/lib/contracts/subset'

interface SaveProps {
  studyId: string
  name: string
  rules: SubsetRule[]
  onName(name: string): void
}

/** Returns the random seeds of `1, 2, 3`; null where it is no such list. */
export function parseSeeds(text: string): number[] | null {
  const parts = text.split(/[\s,]+/).filter(Boolean)
  return parts.every((part) => /^\d{1,9}$/.test(part)) ? parts.map(Number) : null
}

/** Saves the rules under a name, or once for each of several random seeds. */
export function SaveSubset({ studyId, name, rules, onName }: SaveProps) {
  const [text, setText] = useState('')
  const save = useSaveSubset(studyId)
  const seeds = parseSeeds(text)
  const draws = rules.some((rule) => 'seed' in rule && !rule.off)
  const onSave = () =>
    save.mutate(
      { name, rules, seeds: draws ? (seeds ?? []) : [] },
      {
        onSuccess: (saved) => notifyDone(`Saved: ${saved.map((one) => one.name).join(', ')}`),
        onError: (error) => notifyError('The subset was not saved', error),
      },
    )
  return (
    <>
      <TextInput
        label="Name"
        value={name}
        placeholder="hard-tenth"
        onChange={(event) => onName(event.currentTarget.value)}
      />
      {draws ? (
        <TextInput
          label="Random seeds"
          description="Several give a subset each, as a baseline; empty keeps those of the rules."
          placeholder="1, 2, 3"
          value={text}
          error={seeds === null ? 'Write whole numbers, separated by commas.' : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : null}
      <Button
        onClick={onSave}
        loading={save.isPending}
        disabled={name.trim() === '' || rules.length === 0 || seeds === null}
      >
        Save the subset
      </Button>
    </>
  )
}

const NO_EXPORTS: ReadonlyMap<string, string> = new Map()

/** Rows left, and of which files. */
export function FunnelFacts({ study, funnel }: { study: StudyDetail; funnel: SubsetFunnel }) {
  const names = { study, exports: NO_EXPORTS }
  return (
    <>
      <p aria-live="polite" style={{ margin: 0 }}>
        <strong>{formatCount(funnel.rows)} rows</strong> of {formatCount(funnel.rowsInStudy)} (
        {formatShare(funnel.rowsInStudy === 0 ? 0 : funnel.rows / funnel.rowsInStudy)})
      </p>
      <p style={{ margin: 0 }} title={funnel.hash}>
        Hash of the rules: <span className="ev-mono">{shortHash(funnel.hash)}</span>
      </p>
      <Table
        label="Rows left of each cell"
        maxHeight={320}
        columns={[
          { name: 'Seed set', cell: ({ seedSet }) => seedSetText(seedSet, names) },
          { name: 'Evolver', cell: ({ evolver }) => armText(evolver, names) },
          { name: 'Round', kind: 'number', cell: ({ round }) => round },
          { name: 'Rows', kind: 'number', cell: ({ rows }) => formatCount(rows) },
          { name: 'Of', kind: 'number', cell: ({ outOf }) => formatCount(outOf) },
        ]}
        rows={funnel.cells}
        keyOf="cellId"
      />
    </>
  )
}

/** Which rows share which n-gram with which item. */
export function Leaks({ leaks }: { leaks: readonly Leak[] }) {
  return (
    <Table
      label="Rows that share n-grams with a benchmark"
      className="ev-panel"
      maxHeight={360}
      columns={[
        { name: 'Row', kind: 'number', cell: ({ idx }) => formatCount(idx + 1) },
        { name: 'Benchmark', cell: ({ benchmark }) => benchmark },
        { name: 'Item', kind: 'number', cell: ({ itemNo }) => formatCount(itemNo + 1) },
        { name: 'Share', kind: 'number', cell: ({ share }) => formatShare(share) },
        { name: 'First shared n-gram', kind: 'wrap', cell: ({ ngram }) => ngram },
        { name: 'Text of the item', kind: 'wrap', cell: ({ item }) => item },
      ]}
      rows={leaks}
      keyOf={(leak, k) => `${leak.cellId}-${leak.idx}-${leak.itemNo}-${k}`}
    />
  )
}
