export function BrandMark(props: { readonly size: number }) {
  return (
    <svg viewBox="0 0 32 32" width={props.size} height={props.size} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--act)" />
      <path
        d="M8.5 22V10h5.7c4 0 6.6 2.3 6.6 6s-2.6 6-6.6 6z"
        fill="none"
        stroke="var(--on-act)"
        strokeWidth="2.6"
        strokeLinejoin="round"
      />
      <circle cx="24.4" cy="20.9" r="2.3" fill="var(--well-solid)" />
    </svg>
  );
}
