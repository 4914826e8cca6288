// A saved reply by "/" at the beginning of a line: what is typed after it narrows the list that the select has too.
const area = document.getElementById("text");
const box = document.getElementById("canned");
const said = document.getElementById("canned-said");
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const replies = [...document.querySelectorAll("select[data-fill=text] option")]
  .filter((one) => one.value)
  .map((one) => ({ name: one.textContent.trim(), text: one.value, folded: fold(`${one.textContent} ${one.value}`) }));
// So many are shown at once; the arrows lead on to the others. A list that scrolls could not be scrolled by keys.
const MOST = 6;
let shown = [];
let at = 0;
let first = 0;
// Whoever has closed the list means a slash: until the line is another one it stays closed.
let dismissed = false;

// Where the line begins, and what is typed after its slash; null where there is none.
function asked() {
  const caret = area.selectionStart;
  const start = area.value.lastIndexOf("\n", caret - 1) + 1;
  const line = area.value.slice(start, caret);
  return caret === area.selectionEnd && line.startsWith("/") ? { start, caret, typed: fold(line.slice(1)) } : null;
}

function matching(typed) {
  const words = typed.split(/\s+/).filter(Boolean);
  const found = replies.filter((one) => words.every((word) => one.folded.includes(word)));
  return found.sort((a, b) => fold(b.name).startsWith(typed) - fold(a.name).startsWith(typed));
}

function update() {
  const wanted = asked();
  if (!wanted) dismissed = false;
  shown = wanted && !dismissed ? matching(wanted.typed) : [];
  first = 0;
  box.hidden = !shown.length;
  said.textContent = shown.length ? `${box.getAttribute("aria-label")}: ${shown.length}` : "";
  if (shown.length) {
    area.setAttribute("aria-controls", "canned");
    mark(0);
  } else {
    box.replaceChildren();
    area.removeAttribute("aria-controls");
    area.removeAttribute("aria-activedescendant");
  }
}

function option(one, number) {
  const [item, name, text] = ["li", "strong", "span"].map((tag) => document.createElement(tag));
  [item.id, item.role, name.textContent, text.textContent] = [`canned-${number}`, "option", one.name, one.text];
  [item.ariaSetSize, item.ariaPosInSet, item.ariaSelected] = [shown.length, number + 1, number === at].map(String);
  item.append(name, text);
  item.addEventListener("pointerdown", (event) => event.preventDefault());
  item.addEventListener("click", () => insert(number));
  return item;
}

function mark(number) {
  at = (number + shown.length) % shown.length;
  first = Math.min(at, Math.max(first, at - MOST + 1));
  box.replaceChildren(...shown.slice(first, first + MOST).map((one, index) => option(one, first + index)));
  area.setAttribute("aria-activedescendant", `canned-${at}`);
}

function insert(number) {
  const { start, caret } = asked();
  area.setRangeText(shown[number].text, start, caret, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function close() {
  dismissed = true;
  update();
}

const keys = {
  ArrowDown: () => mark(at + 1),
  ArrowUp: () => mark(at - 1),
  Enter: () => insert(at),
  Tab: () => insert(at),
  Escape: close,
};

if (area && box) {
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-haspopup", "listbox");
  area.addEventListener("input", update);
  area.addEventListener("click", update);
  area.addEventListener("blur", close);
  area.addEventListener("keyup", (event) => {
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) update();
  });
  area.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && !event.isComposing;
    if (box.hidden || !plain || !(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
}
