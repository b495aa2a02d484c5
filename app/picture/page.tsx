import type { Metadata } from 'next'
import { PictureStage } from '@/components/views/figures/picture-stage'

export const metadata: Metadata = { title: 'Pictures – Evolens' }

export default function PicturePage() {
  return <PictureStage />
}
