'use client'

import { useEffect, useState } from 'react'
import { changedOptions } from '@/components/figures/frame/options-form'
import { fileOf, heightOf, settledPicture } from '@/components/figures/frame/picture'
import { PrintPlate } from '@/components/figures/frame/print-plate'
import { viewPath } from '@/lib/contracts/figure-record'
import { rowFilterSchema } from '@/lib/contracts/filter'
import type { PictureAnswer, PictureJob } from '@/lib/contracts/picture'
import { figureHref } from './selection'

interface Asked {
  job: PictureJob
  answer(answer: PictureAnswer): void
}

/** Returns a file as base64. */
function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(new Error('The picture could not be read.')))
    reader.readAsDataURL(file)
  })
}

async function draw(plate: HTMLElement, job: PictureJob): Promise<PictureAnswer> {
  const { studyId, result, choices } = job
  const { figure, options, filter } = result
  const changed = changedOptions(figure, options)
  const address = job.path ?? figureHref(studyId, figure.id, changed, rowFilterSchema.parse(filter))
  try {
    const picture = await settledPicture(plate, result, choices, {
      path: viewPath(address),
      at: Date.now(),
    })
    const file = await base64Of(await fileOf(picture, result.version))
    return { file, heightMm: heightOf(picture.svg) }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'The picture could not be made.' }
  }
}

function Sheet({ job, answer }: Asked) {
  const [plate, setPlate] = useState<HTMLDivElement | null>(null)
  useEffect(() => {
    if (plate) void draw(plate, job).then(answer)
  }, [plate, job, answer])
  return <PrintPlate result={job.result} choices={job.choices} plate={setPlate} />
}

/** Draws figures for the program that drives this page's browser: one at a time, as the export dialog does. */
export function PictureStage() {
  const [asked, setAsked] = useState<{ n: number; of: Asked } | null>(null)
  useEffect(() => {
    window.evolensPicture = (job) =>
      new Promise((answer) => {
        setAsked((before) => ({ n: (before?.n ?? 0) + 1, of: { job, answer } }))
      })
    return () => {
      delete window.evolensPicture
    }
  }, [])
  return asked ? <Sheet key={asked.n} {...asked.of} /> : null
}
