"use client";

/** Where not even the frame of a page could be drawn. */
export default function GlobalError() {
  return (
    <html lang="sr-Latn">
      <body>
        <h1>Sve Tu</h1>
        <p>Nešto nije u redu. Osvežite stranu. · Something went wrong. Reload the page.</p>
      </body>
    </html>
  );
}
