// The bubble and the panel, what is typed there, and how all of it begins.
let root, panel, bubble, body, log, ask, fields, area, sub, typing, notice, mail, post, mute, chips, said, vote;
let typed = 0;

function show(now) {
  panel.hidden = !(bubble.hidden = now);
  draw();
  if (talk.messages) body.scrollTop = 1e9;
}
const close = () => bubble.focus(show(false));
const open = () => {
  show(true);
  (ask.querySelector(":enabled") || area).focus();
};
function take(e, list) {
  const { most, bytes, accept } = set.files;
  if (list[0]) e.preventDefault();
  for (const file of list) {
    if (files.length < most && file.size <= bytes && accept.includes(file.name.toLowerCase().split(".").pop()))
      files.push(file);
    else said.textContent = `${file.name}: ${words.limits} ${most} × ${bytes >> 20} MB, ${accept}`;
  }
  draw();
}
// Campaign and click ids stay behind while the site says so.
const place = (url) => url.split("bare" in data ? /[?#]/ : " ")[0];
function write(e) {
  e.preventDefault();
  if (mail.value) request("/email", { email: mail.value });
  const text = area.value.trim(),
    client = random(24);
  if (!text && !files[0]) return;
  const one = {
    client,
    from: "visitor",
    at: Date.now(),
    text,
    files: files.map(({ name }) => ({ name })),
    visit: {
      page: place(location.href),
      title: document.title,
      referrer: place(document.referrer),
      language: set.language,
      seconds: Math.round(performance.now() / 1e3),
    },
  };
  if (trial) one.done = true;
  if (!ask.disabled) {
    one.consent = set.consent;
    one.answers = {};
    for (const { name } of set.questions) one.answers[name] = fields[name].value;
  }
  talk.messages ||= [];
  held[client] = files;
  files = [];
  area.value = area.style.height = said.textContent = "";
  change(() => {
    kept.token ||= !trial && random(32);
    kept.unsent[client] = one;
  });
  send();
}
async function request(path, it) {
  const { got, code, error } = await reply(call(path, it));
  if (got.ok && it.email) talk.asks_email = mail.value = "";
  if (code === "no_email") talk.asks_email = true;
  said.textContent = got.ok ? words.done : error || words.failed;
  draw();
}
function question({ name, label, required, choices }) {
  const kind = { company: "organization", phone: "tel", topic: "off" }[name] || name;
  fields[name] = choices?.[0]
    ? el("select", { required }, ...["", ...choices].map((one) => el("option", {}, one)))
    : el("input", { required, type: kind, autocomplete: kind });
  return el("label", {}, label, fields[name]);
}
// What is asked before the first message.
const questions = () =>
  el(
    "fieldset",
    {},
    ...set.questions.map(question),
    set.consent && el("label", {}, fields.consent, set.consent),
    set.privacy && link(set.privacy, words.privacy),
  );
const writing = () =>
  el("textarea", {
    maxLength: 5000,
    ariaLabel: words.write,
    placeholder: words.write,
    oninput() {
      area.style.height = 0;
      area.style.height = area.scrollHeight + 2 + "px";
      if (kept.token && Date.now() - typed > 4e3) sign({ typing: true }, (typed = Date.now()));
    },
    onkeydown(e) {
      if (e.key === "Enter" && !e.shiftKey && !e.isComposing && area.form.reportValidity()) write(e);
    },
  });
function foot() {
  const picker = el("input", {
    type: "file",
    multiple: true,
    hidden: true,
    accept: set.files.accept,
    onchange(e) {
      take(e, picker.files);
      picker.value = "";
    },
  });
  const attach = set.files.most && button("attach", "+", () => picker.click());
  return el("footer", {}, typing, said, mail, chips, el("div", {}, picker, attach, area, button("send", "►")));
}
function head() {
  mute = button("mute", "♪", () => change(() => (kept.muted = !kept.muted)));
  post = button("transcript", "@", () => request("/transcript", {}));
  return el(
    "header",
    {},
    el("div", {}, el("h2", {}, set.title), sub),
    post,
    mute,
    !data.mode && button("close", "×", close),
  );
}
function build() {
  fields = { consent: el("input", { type: "checkbox", required: true }) };
  [sub, typing, notice, said] = [1, 2, 3, 4].map(() => el("small", { role: "status" }));
  chips = el("div");
  const says = (value) =>
    button("file", "", () => request("/opinion", { value }), words[value], words[value]);
  vote = el("div", { className: "row" }, el("p"), ...["good", "fair", "bad"].map(says));
  log = el("div", { role: "log", ariaLabel: set.title });
  ask = questions();
  const greeting = el("div", { className: "row" }, el("p", {}, set.greeting));
  body = el("div", { className: "body", tabIndex: 0 }, greeting, log, vote, notice, ask);
  mail = el("input", { type: "email", ariaLabel: words.email, placeholder: words.email, autocomplete: "email" });
  area = writing();
  const drop = (e) => take(e, (e.clipboardData || e.dataTransfer).files);
  const form = {
    onsubmit: write,
    oninput: ({ target }) => target.setCustomValidity(""),
    onpaste: drop,
    ondrop: drop,
    ondragover: (e) => e.preventDefault(),
  };
  const onkeydown = (e) => {
    if (e.key === "Escape" && !data.mode) close();
  };
  panel = el(
    "section",
    { role: "dialog", ariaLabel: set.title, onkeydown },
    head(),
    el("form", form, body, foot()),
  );
  bubble = button("bubble", "", open, set.bubble || set.title);
  bubble.append(el("b"));
  const props = {
    lang: set.language,
    className: data.mode || set.position,
    style: "--accent:" + set.colour,
    // The page's own shortcuts are not for what is typed here.
    onkeydown: (e) => e.stopPropagation(),
  };
  root.replaceChildren(el("aside", props, panel, bubble));
  show(!!data.mode || trial);
}
async function start() {
  set = await reply(
    fetch(`${base}/settings?lang=${(document.documentElement.lang || navigator.language).slice(0, 2)}`),
  );
  words = set.words;
  const host = el("div");
  root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@style@`);
  root.adoptedStyleSheets = [sheet];
  if (words) build(load());
  // We cannot be reached: the firm's address, where the page tells it. Whom we refuse is shown nothing.
  else if (data.mail && !/^4/.test(set.got.status))
    root.append(el("aside", {}, el("a", { className: "bubble", href: "mailto:" + data.mail }, data.mail)));
  else return;
  document.body.append(host);
  if (!words) return;
  const begin = () => follow(load(), look());
  channel.onmessage = begin;
  document.addEventListener("visibilitychange", begin);
  begin(send());
  if (trial)
    addEventListener("message", ({ origin, data: { centralino } }) => {
      if (origin === location.origin && centralino) build(Object.assign(set, centralino));
    });
}

// After the page, so that it waits for nothing of ours; and whatever fails here leaves the page as it was.
const begin = () => (window.requestIdleCallback || setTimeout)(() => start().catch(none));
if (document.readyState === "complete") begin();
else addEventListener("load", begin);
