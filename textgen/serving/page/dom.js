// Builds elements. A text always becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners ("onclick") and children (elements or texts; null is left out). */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a picture's parts. */
export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A button with a text. */
export function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", onclick, ...attributes }, text);
}

/** A choice among [value, text] pairs; `onchange` gets the chosen value. */
export function choice(pairs, chosen, onchange, attributes = {}) {
  const options = pairs.map(([value, text]) => element("option", { value, selected: value === chosen }, text));
  return element("select", { ...attributes, onchange: (event) => onchange(event.target.value) }, options);
}

/** A form control with its label above it. */
export function field(label, control, hint = null) {
  control.id ||= fresh("field");
  const help = hint && element("small", { id: `${control.id}-hint` }, hint);
  if (help) control.setAttribute("aria-describedby", help.id);
  return element("div", { class: "field" }, element("label", { for: control.id }, label), control, help);
}

let count = 0;

/** An id that no other element has. */
export function fresh(name) {
  count += 1;
  return `${name}-${count}`;
}

/** A modal dialog with a title; it goes when it is closed. */
export function dialog(title, close, ...children) {
  const heading = element("h2", { id: fresh("title") }, title);
  const shown = element("dialog", { "aria-labelledby": heading.id, onclose: () => shown.remove() });
  shown.append(
    element("header", {}, heading, button("×", () => shown.close(), { class: "quiet", "aria-label": close })),
    ...children,
  );
  document.body.append(shown);
  shown.showModal();
  return shown;
}

/** The top of a panel that opens over the page: a title, and a button for those who have no room beside it to press. */
export function panelHeader(title, close, panel) {
  return element("header", {}, element("h2", {}, title), button("×", () => panel.hidePopover(), { class: "quiet", "aria-label": close }));
}

/** Hands a text or blob to the person as a file. */
export function download(name, content, type = "text/plain") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Calls a function soon, at most once in a while, however often it is wanted. */
export function paced(action, milliseconds) {
  let timer = null;
  return () => {
    timer ??= setTimeout(() => {
      timer = null;
      action();
    }, milliseconds);
  };
}

/** Calls a function once things have been quiet for a while. */
export function debounced(action, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds, ...values);
  };
}
