import { BlindView } from '@/components/views/blind/blind-view'

export default async function BlindPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <BlindView studyId={studyId} />
}
