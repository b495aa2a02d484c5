import type { Metadata } from 'next'
import Link from 'next/link'
import { GalleryFigure } from '@/components/figures/gallery-figure'
import { listExampleFigures } from '@/lib/services/figures'
import classes from './gallery.module.css'

export const metadata: Metadata = { title: 'Figure gallery – Evolens' }

export default function GalleryPage() {
  return (
    <main className={classes.sheet}>
      <div className={classes.page}>
        <h1 className={classes.title}>Figure gallery</h1>
        <p className={classes.text}>
          Every registered figure, drawn from generated example data. These are not measurements.
        </p>
        {listExampleFigures().map(({ figure, result }) => (
          <section key={figure.id} aria-label={figure.title}>
            <p className={classes.text}>
              <Link href={`/gallery/${figure.id}`}>{figure.id}</Link>: {figure.description}
            </p>
            <GalleryFigure result={result} />
          </section>
        ))}
      </div>
    </main>
  )
}
