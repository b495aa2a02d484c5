import { AgreementView } from '@/components/views/agreement/agreement-view'

export default async function AgreementPage({ params }: { params: Promise<{ studyId: string }> }) {
  const { studyId } = await params
  return <AgreementView studyId={studyId} />
}
