/** An element's content: text, or elements by name. Undefined leaves the element out. */
export type XmlContent = string | number | { readonly [name: string]: XmlContent | undefined };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** An XML document of one root element. */
export function toXml(root: string, namespace: string, content: XmlContent): string {
  return `<${root} xmlns="${namespace}">${inner(content)}</${root}>`;
}

function inner(content: XmlContent): string {
  if (typeof content !== 'object') {
    return String(content).replace(/[&<>"']/g, (character) => entities[character] ?? '');
  }
  return Object.entries(content)
    .map(([name, value]) => (value === undefined ? '' : `<${name}>${inner(value)}</${name}>`))
    .join('');
}
