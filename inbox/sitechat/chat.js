// The chat on the firm's site.
"use strict";
{
const { src, dataset: data } = document.currentScript;
const trial = "preview" in data;
const base = new URL("chat/" + data.key, src).href;
const place = "centralino-" + (trial ? "" : data.key);
const sheet = new CSSStyleSheet();
sheet.replaceSync(`:host{all:initial!important;position:fixed!important;z-index:2147483647!important}
*{box-sizing:border-box;margin:0;padding:0;border:0;font:inherit;color:inherit}
aside{color:CanvasText;font:16px/1.4 system-ui,sans-serif;color-scheme:light dark}
[hidden],:empty:is(b,i,small){display:none!important}
button{min-width:44px;min-height:44px;border:1px solid #0000;border-radius:24px;background:none;cursor:pointer}
i{font-size:22px}
.bubble,section{position:fixed;right:20px;bottom:20px;box-shadow:0 4px 16px #0005}
.left *{right:auto;left:20px}
.bubble,.file,header,footer div{display:flex;gap:8px;align-items:center}
b{padding:0 8px;border-radius:16px;background:#b00;color:#fff}
section,form,.row{display:flex;flex-direction:column}
section{width:384px;height:min(600px,90dvh);border:1px solid #888;border-radius:16px;background:Canvas;overflow:hidden}
header div,textarea,form,.body{flex:1;min-height:0}
h2,.bubble{font-weight:600}
header,footer,.body,.bubble{padding:12px;overflow:auto;overflow-wrap:anywhere}
.row{gap:4px;margin-bottom:12px;align-items:start}
.row p{max-width:85%;padding:8px 12px;border-radius:16px;background:#8882;white-space:pre-wrap}
.bubble,header,.send,.visitor p{background:var(--accent);color:#fff;color:lab(from var(--accent) calc((49.4 - l)*1e9) 0 0)}
.visitor{align-items:end}
small{font-size:13px}
form small{opacity:.7}
label{display:block;margin-top:12px}
input,select,textarea,.file{width:100%;min-height:44px;padding:8px 12px;border:1px solid #888;border-radius:16px;background:Canvas}
textarea{height:44px;max-height:120px;resize:none}
.file,[type=checkbox]{width:auto}
[type=checkbox]{min-height:0;margin-right:8px}
[aria-pressed=true]{opacity:.7}
.page section{inset:0;width:auto;height:auto;border-radius:0}
@media(max-width:480px){section{inset:0!important;width:auto;height:auto;border-radius:0}}`);
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1e3));
let set, words, root, panel, bubble, body, log, ask, fields, area, sub, typing, notice, mail, post, mute, chips, said;
let sending, leading, following, audio, again, signed, kept = { unsent: {} }, talk = {}, all = {}, files = [];
let tries = 0, typed = 0, badge = "", looking = pause(0);
const held = {}, rows = {};
const channel = new BroadcastChannel(place);
const none = () => 0;
const el = (tag, props, ...children) => {
 const one = Object.assign(document.createElement(tag), props); one.append(...children.filter(Boolean)); return one;
};
const button = (className, sign, onclick, text, title = words[className]) =>
 el("button", { type: onclick && "button", className, title, onclick }, el("i", {}, sign), text);
const link = (href, text) => /^(https?|mailto):/i.test(href) ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, text) : text;
const random = (bytes) =>
 btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes)))).replace(/\+/g, "-").replace(/\//g, "_").replace("=", "");
let load = () => {
 try { kept = JSON.parse(localStorage[place]); } catch {}
};
const change = (edit) => {
 load(); edit();
 try {
  if (kept.token) localStorage[place] = JSON.stringify(kept); else delete localStorage[place];
 } catch { load = none; }
 draw();
};
const call = (path, it, signal = AbortSignal.timeout(3e5)) => fetch(base + path, {
 method: it ? "POST" : "GET",
 headers: { Authorization: "Bearer " + kept.token },
 body: it && (it.append ? it : new Blob([JSON.stringify(it)], { type: "application/json" })),
 signal,
});
const reply = async (asked) => {
 const got = await asked.catch(none); return { got, ...(await got.json?.().catch(none)) };
};
const sign = (it) => call("/signs", it).catch(none);
const wrong = (one) => one.error || (one.files[0] && !held[one.client] && words.lost);
const next = () => Object.values(kept.unsent).find((one) => !one.done && !wrong(one));
function pass({ client, files, from, at, ...it }) {
 Object.assign(it, { id: client, identity: data.identity, signature: data.signature });
 const form = new FormData();
 for (const name in it) if (it[name]) form.append(name, it[name].trim ? it[name] : JSON.stringify(it[name]));
 for (const file of held[client] || []) form.append("file", file);
 return call("/messages", files[0] ? form : it);
}
async function send() {
 if (sending) return;
 for (let one; (sending = one = next()); draw()) {
  const { got, error, errors } = await reply(pass(one));
  const mark = (it) => change(() => Object.assign(kept.unsent[one.client] || {}, it));
  if (got.ok) {
   tries = 0; mark({ done: true }); tell(); follow();
  } else if (/^4(?!08|29)/.test(got.status)) {
   mark({ error: error || words.failed }); if (errors) mend(one, errors);
  } else {
   draw(tries++); await pause(Math.max(Math.min(2 ** tries / 2, 30), got.headers?.get("Retry-After") || 0));
  }
 }
}
function mend(one, errors) {
 area.value = one.text; files = held[one.client] || []; change(() => delete kept.unsent[one.client]); area.focus();
 for (const name in errors) fields[name]?.setCustomValidity(errors[name]);
 area.form.reportValidity();
}
const look = () => (looking = looking.then(async () => {
 if (!kept.token) return;
 const got = await call("/talk?after=" + Math.max(0, ...Object.keys(all)));
 if (got.status === 401 && !next()) {
  all = {}; talk = { messages: [] }; change(() => (kept = { unsent: kept.unsent }));
 }
 if (!got.ok) return;
 talk = await got.json(); if (leading && talk.messages[0]) setTimeout(ring, 500);
 clearTimeout(again); again = talk.again && setTimeout(look, talk.again * 1e3);
 change(() => {
  for (const one of talk.messages) delete kept.unsent[(all[one.id] = one).client];
 });
}).catch(none));
const tell = () => look(channel.postMessage(0));
const follow = () => (following ||= (navigator.locks?.request(place, listen) ?? listen()).then(() => (following = leading = 0)));
async function listen() {
 for (let wait = 1, silent = 0, told; (leading = kept.token); wait = Math.min(wait * 2, 30)) {
  await look(); const stop = new AbortController(), timer = setTimeout(() => stop.abort(silent++), 8e3);
  try {
   const reader = (await call("/stream", null, stop.signal)).body.getReader();
   for (let text = "", part; !(part = await reader.read()).done; ) {
    text += String.fromCharCode(...part.value); const version = text.match(/[^]*data:(.*)\n/)?.[1]; if (!version) continue;
    clearTimeout(timer, (wait = 1), (silent = 0)); if (version !== told) tell((told = version));
   }
  } catch {}
  await pause(wait, clearTimeout(timer));
  for (let end = Date.now() + 12e4; silent > 1 && Date.now() < end; tell()) await pause(document.hidden ? 60 : 5);
 }
}
const unread = () => Object.values(all).filter((one) => one.from === "us" && one.id > (kept.seen || 0));
function ring() {
 if (kept.muted || !unread()[0] || !navigator.userActivation?.hasBeenActive) return;
 audio ||= new AudioContext(); const tone = new OscillatorNode(audio, { frequency: 660 });
 tone.connect(new GainNode(audio, { gain: 0.05 })).connect(audio.destination); tone.start();
 tone.stop(audio.currentTime + 0.15);
}
function row(one, last) {
 const item = kept.unsent[one.client], waits = item && !item.done, bad = waits && wrong(item);
 const late = bad || (waits && tries > 2 && words.late);
 const state = late || (waits ? words.sending : one !== last ? one.name : talk.seen >= one.id ? words.seen : words.sent);
 return (rows[JSON.stringify([one, state])] ||= el("div", { className: "row " + one.from },
  one.text && el("p", {}, ...one.text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/i).map((part) => link(part, part))),
  ...one.files.map(({ id, name }) => button("file", "↓", async () =>
   el("a", { href: URL.createObjectURL(await (await call("/files/" + id)).blob()), download: name }).click(), name)),
  el("small", {}, `${state || ""} ${new Date(one.at).toLocaleString(set.language, { dateStyle: "short", timeStyle: "short" })} `,
   late && link(`mailto:${set.write_to}?body=${encodeURIComponent(one.text)}`, set.write_to)),
  bad && button("file", "↑", () => mend(item), words.edit)));
}
function draw() {
 const fresh = unread(), newest = fresh.at(-1)?.id, count = fresh.length || "";
 const seen = bubble.hidden && !document.hidden ? newest : undefined;
 if (newest && signed !== (signed = newest + "," + seen)) sign({ delivered: newest, seen });
 if (seen) return change(() => (kept.seen = seen));
 const mark = count && document.hidden ? `(${count}) ` : "";
 if (mark !== badge) document.title = mark + document.title.replace(badge, "");
 badge = mark; bubble.title = count && words.unread.replace("%", count); bubble.lastChild.textContent = count;
 const list = Object.values(all).sort((a, b) => new Date(a.at) - new Date(b.at)).concat(Object.values(kept.unsent));
 const last = list.findLast((one) => one.from === "visitor"), now = list.map((one) => row(one, last)); let same = 0;
 while (now[same] && now[same] === log.children[same]) same++;
 while (log.children[same]) log.lastChild.remove();
 log.append(...now.slice(same)); if (now[same]) body.scrollTop = 1e9;
 ask.hidden = ask.disabled = list.some((one) => !one.error) || (kept.token && !talk.messages);
 sub.textContent = talk.holder || set.name; typing.textContent = talk.typing ? words.typing.replace("%", sub.textContent) : "";
 notice.textContent = talk.notice ?? set.away; mail.hidden = !talk.asks_email; post.hidden = !talk.transcript;
 mute.ariaPressed = !!kept.muted;
 chips.replaceChildren(...files.map((file) =>
  button("file", "×", () => draw((files = files.filter((one) => one !== file))), file.name, words.remove)));
}
function show(now) {
 panel.hidden = !(bubble.hidden = now); draw(); body.scrollTop = 1e9;
}
function take(e, list) {
 const { most, bytes, accept } = set.files; if (list[0]) e.preventDefault();
 for (const file of list) {
  if (files.length < most && file.size <= bytes && accept.includes(file.name.toLowerCase().split(".").pop())) files.push(file);
  else said.textContent = `${file.name}: ${words.limits} ${most} × ${bytes >> 20} MB, ${accept}`;
 }
 draw();
}
function write(e) {
 e.preventDefault(); if (mail.value) request("/email", { email: mail.value });
 const text = area.value.trim(), client = random(24); if (!text && !files[0]) return;
 const one = { client, from: "visitor", at: Date.now(), text, files: files.map(({ name }) => ({ name })), visit: {
  page: location.href, title: document.title, referrer: document.referrer, language: set.language,
  seconds: Math.round(performance.now() / 1e3) } };
 if (trial) one.done = true;
 if (!ask.disabled) {
  one.consent = set.consent; one.answers = {}; for (const { name } of set.questions) one.answers[name] = fields[name].value;
 }
 talk.messages ||= []; held[client] = files; files = []; area.value = area.style.height = said.textContent = "";
 change(() => {
  kept.token ||= !trial && random(32); kept.unsent[client] = one;
 }); send();
}
async function request(path, it) {
 const { got, code, error } = await reply(call(path, it)); if (got.ok && it.email) talk.asks_email = mail.value = "";
 if (code === "no_email") talk.asks_email = true;
 said.textContent = got.ok ? words.done : error || words.failed; draw();
}
function question({ name, label, required, choices }) {
 const kind = { company: "organization", phone: "tel", topic: "off" }[name] || name;
 fields[name] = choices?.[0] ? el("select", { required }, ...["", ...choices].map((one) => el("option", {}, one)))
  : el("input", { required, type: kind, autocomplete: kind });
 return el("label", {}, label, fields[name]);
}
function build() {
 fields = { consent: el("input", { type: "checkbox", required: true }) };
 [sub, typing, notice, said] = [1, 2, 3, 4].map(() => el("small", { role: "status" })); chips = el("div");
 log = el("div", { role: "log" });
 ask = el("fieldset", {}, ...set.questions.map(question),
  set.consent && el("label", {}, fields.consent, set.consent), set.privacy && link(set.privacy, words.privacy));
 body = el("div", { className: "body", tabIndex: 0 }, el("div", { className: "row" }, el("p", {}, set.greeting)), log, ask, notice);
 mail = el("input", { type: "email", ariaLabel: words.email, placeholder: words.email, autocomplete: "email" });
 area = el("textarea", { maxLength: 5000, ariaLabel: words.write, placeholder: words.write, oninput() {
  area.style.height = 0; area.style.height = area.scrollHeight + 2 + "px";
  if (kept.token && Date.now() - typed > 4e3) sign({ typing: true }, (typed = Date.now()));
 }, onkeydown(e) {
  if (e.key === "Enter" && !e.shiftKey && !e.isComposing && area.form.reportValidity()) write(e);
 } });
 const picker = el("input", { type: "file", multiple: true, hidden: true, accept: set.files.accept, onchange(e) {
  take(e, picker.files); picker.value = "";
 } }); const close = () => bubble.focus(show(false)), stop = (e) => e.stopPropagation();
 const drop = (e) => take(e, (e.clipboardData || e.dataTransfer).files);
 mute = button("mute", "♪", () => change(() => (kept.muted = !kept.muted)));
 post = button("transcript", "@", () => request("/transcript", {}));
 panel = el("section", { role: "dialog", ariaLabel: set.title, onkeydown(e) {
  if (e.key === "Escape" && !data.mode) close();
 } },
  el("header", {}, el("div", {}, el("h2", {}, set.title), sub), post, mute, !data.mode && button("close", "×", close)),
  el("form", { onsubmit: write, oninput: ({ target }) => target.setCustomValidity(""), onpaste: drop, ondrop: drop,
   ondragover: (e) => e.preventDefault() }, body,
   el("footer", {}, typing, said, mail, chips,
    el("div", {}, picker, set.files.most && button("attach", "+", () => picker.click()), area,
     button("send", "►")))));
 bubble = button("bubble", "", () => {
  show(true); (ask.querySelector(":enabled") || area).focus();
 }, set.bubble || set.title); bubble.append(el("b"));
 root.replaceChildren(el("aside", { lang: set.language, ariaLabel: set.title, className: data.mode || set.position,
  style: "--accent:" + set.colour, onkeydown: stop }, panel, bubble));
 show(!!data.mode || trial);
}
async function start() {
 const got = await fetch(`${base}/settings?lang=${(document.documentElement.lang || navigator.language).slice(0, 2)}`);
 set = got.ok && await got.json(); words = set.words; load(); const host = el("div");
 root = host.attachShadow({ mode: "closed" }); root.adoptedStyleSheets = [sheet]; build(); document.body.append(host);
 const begin = () => follow(load(), look()); channel.onmessage = begin; document.addEventListener("visibilitychange", begin);
 begin(send());
 if (trial) addEventListener("message", ({ origin, data: { centralino } }) => {
  if (origin === location.origin && centralino) build(Object.assign(set, centralino));
 });
}
const begin = () => (window.requestIdleCallback || setTimeout)(() => start().catch(none));
if (document.readyState === "complete") begin();
else addEventListener("load", begin);
}
