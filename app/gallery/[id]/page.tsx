import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { GalleryFigure } from '@/components/figures/gallery-figure'
import { AppError } from '@/lib/errors'
import { getExampleFigure } from '@/lib/services/figures'
import classes from '../gallery.module.css'

export const metadata: Metadata = { title: 'Figure – Evolens' }

interface PageProps {
  params: Promise<{ id: string }>
  searchParams: Promise<{ options?: string | string[] }>
}

function parse(text: string | string[] | undefined): unknown {
  if (typeof text !== 'string') return {}
  try {
    return JSON.parse(text) as unknown
  } catch {
    return {}
  }
}

function example(id: string, options: unknown) {
  try {
    return getExampleFigure(id, options)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'not_found') notFound()
    // Options that this version does not know: draw the figure with its defaults.
    return getExampleFigure(id)
  }
}

export default async function GalleryFigurePage({ params, searchParams }: PageProps) {
  const { id } = await params
  const { options } = await searchParams
  return (
    <main className={classes.sheet}>
      <div className={classes.page}>
        <h1 className={classes.title}>
          <Link href="/gallery">Figure gallery</Link>
        </h1>
        <p className={classes.text}>Generated example data. These are not measurements.</p>
        <GalleryFigure result={example(id, parse(options))} />
      </div>
    </main>
  )
}
