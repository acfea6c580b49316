/** The fenced block of a language in a document that contains a text. */
export function snippet(document: string, language: string, containing: string): string {
  const blocks = [...document.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code]) => code ?? '',
  );
  const found = blocks.find((code) => code.includes(containing));
  if (found === undefined) throw new Error(`no ${language} block with ${containing}`);
  return found;
}
