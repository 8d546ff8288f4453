/** Between two ways of doing one thing. */
export function Or({ children }: { children: string }) {
  return (
    <p className="my-5 flex items-center gap-3 text-sm text-quiet before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
      {children}
    </p>
  );
}
