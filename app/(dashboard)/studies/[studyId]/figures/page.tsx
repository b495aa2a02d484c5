import { FiguresView } from '@/components/views/figures/figures-view'

export default async function FiguresPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <FiguresView studyId={studyId} />
}
