/** The product mark: a text and what it grew into. Same drawing as the site icon. */
export function BrandMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden>
      <rect width="32" height="32" rx="7" fill="#3f4896" />
      <path
        d="M8 23c5 0 5-7 9-7s4-7 8-7M17 16c3 0 4 4 8 4"
        stroke="#fff"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="8" cy="23" r="2.8" fill="#fff" />
      <circle cx="17" cy="16" r="2.8" fill="#fff" />
      <circle cx="25" cy="9" r="2.8" fill="#fff" />
      <circle cx="25" cy="20" r="2.2" fill="#3f4896" stroke="#fff" strokeWidth="1.8" />
    </svg>
  )
}
