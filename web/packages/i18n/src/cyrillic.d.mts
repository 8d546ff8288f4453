/** Serbian Latin text in Cyrillic letters, but for words that stay Latin. */
export function toCyrillic(text: string, staysLatin: ReadonlySet<string>): string;
/** Serbian Cyrillic text in Latin letters. */
export function toLatin(text: string): string;
