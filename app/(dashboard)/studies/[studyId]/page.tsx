import { OverviewView } from '@/components/views/overview/overview-view'

export default async function OverviewPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <OverviewView studyId={studyId} />
}
