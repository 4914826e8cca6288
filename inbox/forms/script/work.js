// Before a form of ours is posted, look for the number that its token asks for: hashcash's idea.
// Whatever fails here, the form posts as it is, and our page says what to do.
const source = document.currentScript.src;
const ours = source.replace(/forms\.js.*$/, "forms/");
const words = "@words@";
const soon = 8e3, oldest = 8e7, fastest = 2e3, slice = 128;
const works = new WeakMap();
const lines = new WeakMap();
const letGo = new WeakSet();
const waiting = new WeakSet();
let blocked;

const pause = (time) => new Promise((done) => setTimeout(done, time));
const ask = (url, how) => fetch(url, { signal: AbortSignal.timeout(soon), ...how });
const address = (form) => new URL(form.getAttribute("action") || "", document.baseURI).href;
const isOurs = (form) => form?.requestSubmit && address(form).startsWith(ours);
const told = (form) => words[form.closest("[lang]")?.lang.slice(0, 2).toLowerCase()] || words.en;

async function solve(token, bits) {
  const encoder = new TextEncoder();
  const sum = (number) => crypto.subtle.digest("SHA-256", encoder.encode(token + "." + number));
  for (let first = 0; ; first += slice) {
    const sums = await Promise.all(Array.from({ length: slice }, (_, at) => sum(first + at)));
    const found = sums.findIndex((one) => !(new DataView(one).getUint32(0) >>> (32 - bits)));
    if (found >= 0) return first + found;
  }
}

function put(form, name, value) {
  let field = form.querySelector(`[name=${name}]`);
  if (!field) {
    field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    form.append(field);
  }
  field.value = value;
}

async function prepare(form) {
  const { token, work } = await (await ask(address(form) + "/token")).json();
  // Only pages that came by https may calculate.
  if (!work || !crypto.subtle) return;
  const [number] = await Promise.all([solve(token, work), pause(fastest)]);
  put(form, "_token", token);
  put(form, "_work", number);
}

// Once for what is typed: the same words, sent again, are the same post. What failed is tried again with the next press.
function begin(form) {
  let it = works.get(form);
  if (!it || Date.now() - it.at > oldest) {
    it = { at: Date.now() };
    it.done = prepare(form).catch(() => (it.at = 0));
    works.set(form, it);
  }
  return it;
}

// Read aloud as it changes, if it was there before: made while the visitor types.
function line(form) {
  if (!lines.has(form)) lines.set(form, form.appendChild(document.createElement("output")));
  return lines.get(form);
}

// What the button says, and back again.
function say(button, text) {
  if (!button) return () => {};
  const [was, value] = [[...button.childNodes], button.value];
  button.setAttribute("aria-busy", "true");
  if (button.localName === "input") button.value = text;
  else button.replaceChildren(text);
  return () => {
    button.removeAttribute("aria-busy");
    if (button.localName === "input") button.value = value;
    else button.replaceChildren(...was);
  };
}

// We cannot be reached: what was typed can go by mail.
function offer(form) {
  const mail = form.dataset.mail;
  if (!mail) return;
  const typed = [...new FormData(form)].filter(([name, value]) => value.trim?.() && !name.startsWith("_"));
  const link = document.createElement("a");
  const body = typed.map(([name, value]) => name + ": " + value).join("\r\n");
  link.href = "mailto:" + mail + "?body=" + encodeURIComponent(body);
  link.textContent = mail;
  line(form).replaceChildren(told(form)[1] + " ", link);
}

const isThere = () => ask(source, { method: "HEAD", mode: "no-cors", cache: "no-store" }).then(() => true, () => blocked);

async function hold(form, button) {
  waiting.add(form);
  const back = say(button, told(form)[0]);
  line(form).textContent = told(form)[0];
  const it = begin(form);
  // A browser ignores what is sent while it still tells of the press.
  await Promise.all([it.done, pause()]);
  const there = await isThere();
  back();
  line(form).textContent = "";
  waiting.delete(form);
  // After a failure the next press goes as the form is.
  letGo.add(form);
  if (!there) return offer(form);
  it.sent = true;
  form.requestSubmit(button);
}

document.addEventListener("securitypolicyviolation", (one) => (blocked ||= one.blockedURI.startsWith(ours)));
document.addEventListener("input", ({ target: { form } }) => {
  if (!isOurs(form)) return;
  line(form);
  const it = works.get(form);
  if (it?.sent) works.delete(form);
  if (!it || it.sent) begin(form);
});
document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    if (!isOurs(form) || letGo.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!waiting.has(form)) hold(form, submitter);
  },
  true,
);
