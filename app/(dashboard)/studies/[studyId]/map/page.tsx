import { MapView } from '@/components/views/map/map-view'

export default async function MapPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <MapView studyId={studyId} />
}
