type Child = Node | string | null | false | undefined;
type Attributes = Record<string, string | boolean | EventListener>;

/** An element with attributes (a function becomes a listener) and children; text is never read as HTML. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

export function byId(id: string): HTMLElement | null {
  return document.getElementById(id);
}

/** An element that the page's template promises. */
export function must(id: string): HTMLElement {
  const element = byId(id);
  if (!element) throw new Error(`The page has no element #${id}.`);
  return element;
}
