'use client'

import { usePathname, useRouter } from 'next/navigation'
import { useState } from 'react'
import type { FigureResult, FigureSelection } from '@/lib/figures/types'
import { FigureFrame } from './frame'

/** A figure with its own example data; options live in the address, selections are spelled out. */
export function GalleryFigure({ result }: { result: FigureResult }) {
  const router = useRouter()
  const path = usePathname()
  const [selection, setSelection] = useState<FigureSelection | null>(null)
  return (
    <>
      <FigureFrame
        meta={result.figure}
        result={result}
        onOptions={(changed) =>
          router.replace(`${path}?options=${encodeURIComponent(JSON.stringify(changed))}`, {
            scroll: false,
          })
        }
        onSelect={setSelection}
        onCard={() => setSelection(null)}
      />
      {selection ? <output className="ev-mono">{JSON.stringify(selection)}</output> : null}
    </>
  )
}
