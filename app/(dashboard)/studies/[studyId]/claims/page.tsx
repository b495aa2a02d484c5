import { ClaimsView } from '@/components/views/claims/claims-view'

export default async function ClaimsPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <ClaimsView studyId={studyId} />
}
