/** A price tag with a tick: found, and good. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <path
        fill="var(--accent)"
        d="M17.3 2.6a4 4 0 0 1 2.8-1.2h7.4a3.1 3.1 0 0 1 3.1 3.1v7.4a4 4 0 0 1-1.2 2.8L14.7 29.4a4 4 0 0 1-5.7 0L2.6 23a4 4 0 0 1 0-5.7L17.3 2.6Z"
      />
      <circle cx="23.6" cy="8.4" r="2.6" fill="var(--bg)" />
      <path
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
        strokeLinejoin="round"
        d="m9.4 18.8 4 4 7.4-8.6"
      />
    </svg>
  );
}
