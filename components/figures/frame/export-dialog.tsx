'use client'

import { Button, Modal, NumberInput, SegmentedControl, Stack, Switch, Text } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { useEffect, useMemo, useState } from 'react'
import { DialogFoot } from '@/components/ui/dialog-foot'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { viewPath } from '@/lib/contracts/figure-record'
import {
  COLUMN_MM,
  DEFAULT_CHOICES,
  FONT_PT,
  WIDTH_MM,
  PAGE_MM,
  type PictureChoices,
} from '@/lib/contracts/picture'
import { pageRanges, partOf } from '@/lib/figures/shared/part'
import type { FigureResult } from '@/lib/figures/types'
import classes from '../figures.module.css'
import { saveFile, svgAddress } from './download'
import { readChoices } from './export-choices'
import { withOwnFonts } from './export-pdf'
import { fileOf, heightOf, settledPicture, type Picture } from './picture'
import { PrintPlate } from './print-plate'

const SWITCHES = [
  ['grey', 'Patterns without colour'],
  ['title', 'Title and reading'],
  ['caption', 'Caption: n, definitions, runs'],
] as const

/** The last picture, and for what it was drawn. */
interface Done {
  shape: string
  result: FigureResult
  picture: (Picture & { preview: string }) | null
  problem: unknown
}

interface FieldsProps {
  choices: PictureChoices
  onChange(patch: Partial<PictureChoices>): void
}

function Fields({ choices, onChange }: FieldsProps) {
  const { format, scale, transparent, widthMm, fontPt } = choices
  const column = Object.entries(COLUMN_MM).find(([, mm]) => mm === widthMm)?.[0] ?? 'own'
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Format"
        data={['pdf', 'svg', 'png'].map((value) => ({ value, label: value.toUpperCase() }))}
        value={format}
        onChange={(value) => onChange({ format: value as PictureChoices['format'] })}
      />
      <SegmentedControl
        aria-label="Column"
        data={[
          { value: 'single', label: 'Single column' },
          { value: 'double', label: 'Double' },
          ...(column === 'own' ? [{ value: 'own', label: 'Own' }] : []),
        ]}
        value={column}
        onChange={(value) => value !== 'own' && onChange({ widthMm: COLUMN_MM[value as 'single'] })}
      />
      <NumberInput
        label="Width (mm)"
        {...WIDTH_MM}
        clampBehavior="blur"
        value={widthMm}
        onChange={(value) =>
          typeof value === 'number' &&
          value >= WIDTH_MM.min &&
          value <= WIDTH_MM.max &&
          onChange({ widthMm: value })
        }
      />
      <NumberInput
        label="Text (pt)"
        {...FONT_PT}
        step={0.5}
        clampBehavior="blur"
        value={fontPt}
        onChange={(value) =>
          typeof value === 'number' &&
          value >= FONT_PT.min &&
          value <= FONT_PT.max &&
          onChange({ fontPt: value })
        }
      />
      {format === 'png' ? (
        <SegmentedControl
          aria-label="Resolution"
          data={[
            { value: '2', label: '2x (192 dpi)' },
            { value: '4', label: '4x (384 dpi)' },
          ]}
          value={String(scale)}
          onChange={(value) => onChange({ scale: value === '2' ? 2 : 4 })}
        />
      ) : null}
      {format === 'pdf' ? null : (
        <Switch
          label="Transparent background"
          checked={transparent}
          onChange={(event) => onChange({ transparent: event.currentTarget.checked })}
        />
      )}
      {SWITCHES.map(([part, label]) => (
        <Switch
          key={part}
          label={label}
          checked={choices[part]}
          onChange={(event) => onChange({ [part]: event.currentTarget.checked })}
        />
      ))}
      <Text size="xs" c="dimmed">
        Options, filter, n, missing values, definitions and runs are in the file as metadata.
        {format === 'pdf'
          ? ' Labels with Chinese, Arabic or other letters that the font lacks become pictures of 600 dpi.'
          : ''}
      </Text>
    </Stack>
  )
}

/** Asks for format, size and look of a picture, shows it as it will be, and saves it. */
export function ExportDialog({
  result: whole,
  onClose,
}: {
  result: FigureResult
  onClose(): void
}) {
  const [stored, setStored] = useLocalStorage<unknown>({
    key: 'evolens-figure-export',
    defaultValue: DEFAULT_CHOICES,
    getInitialValueInEffect: false,
  })
  const choices = readChoices(stored)
  const shape = JSON.stringify(choices)
  // Of a picture that is taller than a page: the parts that fit, for these choices, and the one that is shown.
  const [parts, setParts] = useState<{ shape: string; ranges: string[]; at: string }>()
  const isParted = parts?.shape === shape && parts.ranges.length > 0
  const range = isParted ? parts.at : ''
  const result = useMemo(() => partOf(whole, range), [whole, range])
  // The dialog mounts its content later than itself: the picture begins when the plate is there.
  const [plate, setPlate] = useState<HTMLDivElement | null>(null)
  const [done, setDone] = useState<Done | null>(null)
  // What was drawn for other choices is not what will be saved.
  const isDone = done?.shape === shape && done.result === result
  const picture = isDone ? done.picture : null
  const problem = isDone ? done.problem : null

  useEffect(() => {
    if (!plate) return undefined
    let isCurrent = true
    const made = (done: Done) => {
      if (isCurrent) setDone(done)
    }
    const of = readChoices(JSON.parse(shape))
    const draw = async () => {
      const moment = { path: viewPath(window.location.href), at: Date.now() }
      const picture = await settledPicture(plate, result, of, moment)
      const preview = svgAddress(await withOwnFonts(picture.svg))
      made({ shape, result, picture: { ...picture, preview }, problem: null })
      if (isCurrent && range === '')
        setParts({ shape, ranges: pageRanges(result, heightOf(picture.svg)), at: '' })
    }
    draw().catch((problem: unknown) => made({ shape, result, picture: null, problem }))
    return () => {
      isCurrent = false
    }
  }, [plate, shape, result, range])

  const save = async () => {
    if (!done || !picture) return
    try {
      setDone({ ...done, problem: null })
      const file = await fileOf(picture, result.version)
      saveFile(`${result.figure.id}${range && `-${range}`}.${picture.of.format}`, file)
      // Parts are saved one after another.
      const next = isParted && range ? parts.ranges[parts.ranges.indexOf(range) + 1] : undefined
      if (isParted && next) setParts({ ...parts, at: next })
      else onClose()
    } catch (error) {
      setDone({ ...done, problem: error })
    }
  }

  return (
    <Modal opened onClose={onClose} size="xl" title={`Export ${result.figure.title}`}>
      <div className={classes.exportGrid}>
        <Fields choices={choices} onChange={(patch) => setStored({ ...choices, ...patch })} />
        <div className={classes.preview} aria-busy={picture === null}>
          {isParted ? (
            <SegmentedControl
              aria-label="Panels"
              size="xs"
              data={[
                { value: '', label: 'All panels' },
                ...parts.ranges.map((value) => ({ value, label: value.replace('-', '–') })),
              ]}
              value={range}
              onChange={(at) => setParts({ ...parts, at })}
            />
          ) : null}
          {picture ? (
            <>
              <ScrollRegion className={classes.paper ?? ''} label="Preview">
                <img src={picture.preview} alt={result.altText} />
              </ScrollRegion>
              <Text size="xs" c="dimmed">
                {picture.of.widthMm} × {heightOf(picture.svg).toFixed(0)} mm
                {heightOf(picture.svg) > PAGE_MM
                  ? `, taller than a page: take a wider column, smaller text, or ${isParted ? 'the panels that fit a page' : 'fewer panels'}`
                  : ''}
              </Text>
            </>
          ) : (
            <Text size="sm" c="dark.5" role="status">
              {problem ? 'No picture' : 'Drawing …'}
            </Text>
          )}
        </div>
      </div>
      <PrintPlate result={result} choices={choices} plate={setPlate} />
      <DialogFoot error={problem} what="The picture was not made" onClose={onClose}>
        <Button disabled={picture === null} onClick={() => void save()}>
          Save {choices.format.toUpperCase()}
          {range ? `, panels ${range.replace('-', '–')}` : ''}
        </Button>
      </DialogFoot>
    </Modal>
  )
}
