// The chat on a page that is not ours: no cookie, nothing kept before the first message. All words come from the server.
"use strict";
{
  const { src, dataset } = document.currentScript;
  const trial = "preview" in dataset;
  const paged = dataset.mode === "page";
  const base = new URL("chat/" + dataset.key, src).href;
  const place = "centralino-" + (trial ? "" : dataset.key);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{all:initial!important;display:block!important;position:fixed!important;z-index:2147483647!important}
*{box-sizing:border-box;margin:0;padding:0;border:0;font:inherit;color:inherit}
aside{--ground:#fff;--soft:#eff2f4;--edge:#78828c;--faint:#535d66;color:#1b2127;font:15px/1.45 system-ui,sans-serif;color-scheme:light dark}
@media(prefers-color-scheme:dark){aside{--ground:#1b2025;--soft:#2b3238;--edge:#8a949d;--faint:#aab4bc;color:#e8ecef}}
[hidden]{display:none!important}
button{cursor:pointer;background:none;min-width:44px;min-height:44px;border-radius:22px}
svg{display:block;width:22px;margin:auto;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
:focus-visible{outline:2px solid;outline-offset:-3px}
.bubble,section{position:fixed;right:20px;bottom:20px;box-shadow:0 4px 24px #0005}
.left *{right:auto;left:20px}
.bubble,header,.visitor p,.send{background:var(--accent);color:var(--ink)}
.bubble{display:flex;gap:10px;align-items:center;height:56px;padding:0 17px;border-radius:28px;font-weight:600}
.bubble:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #000}
b{border-radius:12px;padding:0 8px;background:#b3261e;color:#fff}
section{display:flex;flex-direction:column;width:384px;height:min(640px,100dvh - 40px);border-radius:16px;overflow:hidden;background:var(--ground);animation:rise .2s}
@keyframes rise{from{opacity:0;transform:translateY(12px)}}
header{display:flex;padding:10px 8px 10px 18px}
header div,textarea{flex:1}
h2{font-size:17px;font-weight:600}
form{flex:1;display:flex;flex-direction:column;min-height:0;overflow-wrap:anywhere}
.body{flex:1;overflow:auto;padding:16px}
.row{margin-bottom:12px}
.row p{width:fit-content;max-width:85%;padding:9px 13px;border-radius:16px 16px 16px 4px;background:var(--soft);white-space:pre-wrap}
.visitor>*{margin-left:auto;border-radius:16px 16px 4px}
.visitor small{display:block;text-align:right}
small,.hint{font-size:13px;color:var(--faint)}
.file{display:flex;gap:6px;align-items:center;margin-top:4px;padding:0 12px;border:1px solid var(--edge)}
label{display:block;margin-top:12px}
[type=checkbox]{width:20px;height:20px;margin-right:8px;vertical-align:-4px;accent-color:var(--accent)}
input:not([type=checkbox]),select,textarea{width:100%;min-height:44px;padding:9px 12px;border:1px solid var(--edge);border-radius:12px;background:var(--ground);font-size:16px}
[aria-invalid=true]{outline:2px solid #d0453c}
[aria-pressed=true]{opacity:.5}
footer{padding:8px;border-top:1px solid var(--soft)}
footer div{display:flex;flex-wrap:wrap;align-items:end;gap:6px}
.hint{padding:4px 10px}
textarea{width:0;height:44px;max-height:132px;resize:none}
@media(max-width:480px){section{inset:0!important;width:auto;height:auto;border-radius:0}.bubble span{display:none}}
.page section{inset:0;width:auto;height:auto;border-radius:0}
@media(prefers-reduced-motion){section{animation:none}}
@media(forced-colors:active){section,button,p{border:1px solid}}`);

  let settings, words, panel, bubble, body, log, ask, fields, area, sub, typing, notice, mail, transcript, chips, said;
  let opened, loaded, sending, leading, started, audio, again, badged, plain, signed;
  let kept = { unsent: {} };
  let talk = {};
  let chosen = [];
  let tries = 0;
  let typed = 0;
  let looking = Promise.resolve();
  const held = {};
  const rows = {};
  const messages = {};
  const channel = new BroadcastChannel(place);
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

  const el = (tag, props, ...children) => {
    const one = Object.assign(document.createElement(tag), props);
    one.append(...children.filter(Boolean));
    return one;
  };
  const button = (label, d, onclick, more) => {
    const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
    svg.setAttribute("viewBox", "0 0 24 24");
    path.setAttribute("d", d);
    svg.append(path);
    return el("button", { type: "button", title: label, ariaLabel: label, onclick, ...more }, svg);
  };
  const link = (href, text) =>
    /^(https?|mailto):/i.test(href) ? el("a", { href, target: "_blank", rel: "noopener noreferrer" }, text) : text;
  const random = (bytes) =>
    btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

  // Other tabs write the same entry, so it is read before each change. Blocked or full: memory has to do.
  let load = () => {
    try {
      kept = JSON.parse(localStorage[place]);
    } catch {}
  };
  const change = (edit) => {
    load();
    edit();
    try {
      if (kept.token) localStorage[place] = JSON.stringify(kept);
      else delete localStorage[place];
    } catch {
      load = () => {};
    }
  };

  const call = (path, data, signal = AbortSignal.timeout(9e4)) =>
    fetch(base + path, {
      method: data ? "POST" : "GET",
      headers: { Authorization: "Bearer " + kept.token },
      body: data && (data.append ? data : new Blob([JSON.stringify(data)], { type: "application/json" })),
      signal,
    });
  const sign = (data) => kept.token && call("/signs", data).catch(() => {});
  const wrong = (one) => one.error || (one.files[0] && !held[one.client] && words.lost);
  const pending = () => Object.values(kept.unsent).filter((one) => !one.done && !wrong(one));

  function post({ client, text, answers, consent, visit, files }) {
    const data = { id: client, text, answers, consent, visit, identity: dataset.identity, signature: dataset.signature };
    if (!files[0]) return call("/messages", data);
    const form = new FormData();
    for (const name in data) if (data[name]) form.append(name, data[name].trim ? data[name] : JSON.stringify(data[name]));
    for (const file of held[client]) form.append("file", file);
    return call("/messages", form, AbortSignal.timeout(9e5));
  }

  // One after the other keeps their order; the id makes it safe to repeat one whose answer was lost.
  async function send() {
    if (sending) return;
    for (let one; (sending = one = pending()[0]); draw()) {
      const answer = await post(one).catch(() => ({}));
      const { ok, status } = answer;
      const mark = (what) => change(() => Object.assign(kept.unsent[one.client] || {}, what));
      if (ok) {
        mark({ done: true });
        follow();
        tell();
      } else if (status < 500 && status !== 408 && status !== 429) {
        const { error, errors } = await answer.json().catch(() => ({}));
        mark({ error: error || words.failed });
        if (errors) mend(one, errors);
      } else {
        draw(tries++);
        await pause(Math.max(Math.min(2 ** tries / 2, 30), answer.headers?.get("Retry-After")));
        continue;
      }
      tries = 0;
    }
  }

  // Back to the field it came from.
  function mend(one, errors) {
    change(() => delete kept.unsent[one.client]);
    area.value = one.text;
    chosen = held[one.client] || [];
    draw();
    area.focus();
    for (const name in errors) {
      const field = fields[name];
      if (!field) continue;
      field.ariaInvalid = true;
      field.nextSibling.textContent = errors[name];
      field.focus();
    }
  }

  const look = () => (looking = looking.then(fetchTalk).catch(() => {}));
  async function fetchTalk() {
    if (!kept.token) return;
    const answer = await call("/talk?after=" + Math.max(0, ...Object.keys(messages)));
    // The token of a first message that is not stored yet is not known either.
    if (answer.status === 401 && !pending()[0]) {
      change(() => (kept = { unsent: {}, muted: kept.muted }));
      for (const id in messages) delete messages[id];
      talk = {};
    }
    if (answer.ok) {
      talk = await answer.json();
      if (loaded && leading && talk.messages.some((one) => one.from === "us" && !messages[one.id])) setTimeout(ring, 500);
      loaded = true;
      for (const one of talk.messages) {
        messages[one.id] = one;
        if (kept.unsent[one.client]) change(() => delete kept.unsent[one.client]);
      }
      clearTimeout(again);
      if (talk.again) again = setTimeout(look, talk.again * 1000);
    }
    draw();
  }
  const tell = () => {
    channel.postMessage(0);
    look();
  };

  // One stream for a browser: the tab that holds the lock reads it and tells the others.
  function follow() {
    if (started || !kept.token) return;
    started = true;
    const end = () => (started = leading = false);
    (navigator.locks ? navigator.locks.request(place, listen) : listen()).then(end, end);
  }
  async function listen() {
    leading = true;
    for (let wait = 1, silent = 0; kept.token; wait = Math.min(wait * 2, 30)) {
      await look();
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(silent++), 8000);
      try {
        const reader = (await call("/stream", null, stop.signal)).body.pipeThrough(new TextDecoderStream()).getReader();
        for (let text = "", part; !(part = await reader.read()).done; ) {
          const lines = (text + part.value).split("\n");
          text = lines.pop();
          const line = lines.findLast((one) => one.startsWith("data:"));
          if (!line) continue;
          clearTimeout(timer);
          silent = 0;
          wait = 1;
          if (line.slice(5) != talk.version) tell();
        }
      } catch {}
      clearTimeout(timer);
      await pause(wait);
      // Something on the way keeps the stream back.
      for (const end = Date.now() + 12e4; silent > 1 && Date.now() < end; tell()) await pause(document.hidden ? 60 : 5);
    }
  }

  const ours = () => Object.values(messages).filter((one) => one.from === "us" && one.id > (kept.seen || 0));
  // Not before a gesture on the page, and not what another tab has shown meanwhile.
  function ring() {
    load();
    if (kept.muted || !ours()[0] || !navigator.userActivation?.hasBeenActive) return;
    audio ||= new AudioContext();
    const tone = new OscillatorNode(audio, { frequency: 660 });
    tone.connect(new GainNode(audio, { gain: 0.05 })).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.15);
  }

  const fileButton = (file, d, onclick, more) => {
    const one = button(file.name, d, onclick, { className: "file", ...more });
    one.append(file.name);
    return one;
  };
  async function download({ id, name }) {
    const href = URL.createObjectURL(await (await call("/files/" + id)).blob());
    el("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 9e4);
  }

  function fill(row, one, last) {
    const item = kept.unsent[one.client];
    const waits = item && !item.done;
    const bad = waits && wrong(item);
    const late = bad || (waits && tries > 2 && words.late);
    const state = late || (waits ? words.sending : one !== last ? one.name : words[talk.seen >= one.id ? "seen" : "sent"]);
    const shape = JSON.stringify([one, state]);
    if (row.shape === shape) return;
    row.shape = shape;
    const at = new Date(one.at);
    const time = at.toLocaleString(settings.language, { timeStyle: "short", dateStyle: Date.now() - at > 7e7 ? "short" : undefined });
    const parts = one.text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/i);
    row.replaceChildren(
      el("p", { hidden: !one.text }, ...parts.map((part) => link(part, part))),
      ...one.files.map((file) => fileButton(file, "M12 4v11M7 11l5 5 5-5M5 20h14", () => download(file), { disabled: !file.id })),
      el("small", { role: bad && "alert" }, [state, time].filter(Boolean).join(" · "), " ",
        late && link(`mailto:${settings.write_to}?body=${encodeURIComponent(one.text)}`, settings.write_to), " ",
        bad && el("button", { type: "button", onclick: () => mend(item) }, words.edit)),
    );
  }

  function draw() {
    const fresh = ours();
    const newest = fresh.at(-1)?.id;
    const seen = opened && !document.hidden && newest;
    if (newest && signed !== (signed = newest + seen)) sign({ delivered: newest, seen: seen || undefined });
    if (seen) change(() => (kept.seen = seen));
    const count = seen ? 0 : fresh.length;
    if (badged === document.title) document.title = plain;
    plain = document.title;
    if (count && document.hidden) document.title = badged = `(${count}) ${plain}`;
    bubble.ariaLabel = (settings.bubble || words.open) + (count ? ", " + words.unread.replace("%", count) : "");
    bubble.lastChild.textContent = count || "";

    const list = Object.values(messages).sort((a, b) => new Date(a.at) - new Date(b.at));
    list.push(...Object.values(kept.unsent));
    const last = list.findLast((one) => one.from === "visitor");
    const end = log.lastChild;
    list.forEach((one, at) => {
      const mine = one.from === "visitor";
      const row = (rows[one.client || one.id] ||= el("div", { className: "row " + one.from, ariaLive: mine ? "off" : null }));
      if (log.children[at] !== row) log.insertBefore(row, log.children[at]);
      fill(row, one, last);
    });
    while (log.children[list.length]) log.lastChild.remove();
    if (end !== log.lastChild) body.scrollTop = 1e9;

    ask.hidden = ask.disabled = list.some((one) => !one.error) || (kept.token && !loaded);
    sub.textContent = talk.holder || settings.name;
    typing.textContent = talk.typing ? words.typing.replace("%", sub.textContent) : "";
    notice.textContent = talk.notice ?? settings.away;
    mail.parentNode.hidden = !talk.asks_email;
    transcript.hidden = !talk.transcript;
    chips.replaceChildren(...chosen.map((file) => fileButton(file, CROSS, () => {
      chosen = chosen.filter((one) => one !== file);
      draw();
    }, { ariaLabel: words.remove.replace("%", file.name) })));
  }

  function show(now) {
    opened = now;
    panel.hidden = !now;
    bubble.hidden = now;
    draw();
    body.scrollTop = 1e9;
  }

  function take(event, list) {
    if (!list[0]) return;
    event.preventDefault();
    const { most, bytes, accept } = settings.files;
    for (const file of list) {
      const no = chosen.length >= most ? words.most : file.size > bytes ? words.bytes
        : !accept.split(",").some((kind) => file.name.toLowerCase().endsWith(kind)) && words.kind;
      if (no) said.textContent = no.replace("%", file.name);
      else chosen.push(file);
    }
    draw();
  }

  function write(event) {
    event.preventDefault();
    const text = area.value.trim();
    if (!text && !chosen[0]) return;
    const client = random(16);
    held[client] = chosen;
    const one = { client, from: "visitor", text, at: Date.now(), done: trial, files: chosen.map(({ name }) => ({ name })), visit: {
      page: location.href, title: document.title, referrer: document.referrer, language: settings.language,
      seconds: Math.round(performance.now() / 1000),
    } };
    if (!ask.disabled) {
      one.consent = settings.consent;
      one.answers = {};
      for (const { name } of settings.questions) one.answers[name] = fields[name].value;
    }
    chosen = [];
    area.value = said.textContent = "";
    change(() => {
      kept.token ||= !trial && random(32);
      kept.unsent[client] = one;
    });
    draw();
    send();
  }

  async function request(path, data) {
    const answer = await call(path, data).catch(() => {});
    const told = (await answer?.json().catch(() => {})) || {};
    if (told.code === "no_email") talk.asks_email = true;
    if (answer?.ok && data.email) talk.asks_email = false;
    draw();
    said.textContent = answer?.ok ? words.done : told.error || words.failed;
  }

  function question({ name, label, required, choices }) {
    const kind = { company: "organization", phone: "tel", topic: "off" }[name] || name;
    fields[name] = choices?.[0]
      ? el("select", { required }, ...["", ...choices].map((one) => el("option", {}, one)))
      : el("input", { required, type: kind, autocomplete: kind, maxLength: 200 });
    return el("label", {}, label, fields[name], el("small"));
  }

  const CROSS = "M6 6l12 12M18 6L6 18";
  function composer() {
    const picker = el("input", { type: "file", multiple: true, hidden: true, accept: settings.files.accept, onchange: (event) => {
      take(event, picker.files);
      picker.value = "";
    } });
    mail = el("input", { type: "email", ariaLabel: words.email, placeholder: words.email, autocomplete: "email" });
    area = el("textarea", { maxLength: 5000, ariaLabel: words.write, placeholder: words.write, oninput: () => {
      area.style.height = 0;
      area.style.height = area.scrollHeight + 2 + "px";
      if (Date.now() - typed < 4000) return;
      typed = Date.now();
      sign({ typing: true });
    }, onkeydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      area.form.requestSubmit();
    } });
    const drop = (event) => take(event, (event.clipboardData || event.dataTransfer).files);
    return el("form", { onsubmit: write, onpaste: drop, ondrop: drop, ondragover: (event) => event.preventDefault() }, body,
      el("footer", {}, typing, said,
        el("div", {}, mail, button(words.save, "M5 12l5 5 9-10", () => request("/email", { email: mail.value }))), chips,
        el("div", {}, settings.files.most && button(words.file, "M20 11l-8 8a5 5 0 0 1-7-7l8-8a3.5 3.5 0 0 1 5 5l-8 8a2 2 0 0 1-3-3l7-7", () => picker.click()),
          picker, area, button(words.send, "M3 11l18-8-8 18-2-8z", null, { type: "submit", className: "send" }))));
  }

  function build(aside) {
    fields = {};
    [sub, typing, notice] = ["p", "p", "p"].map((tag) => el(tag, { className: "hint" }));
    said = el("p", { className: "hint", role: "alert" });
    chips = el("div");
    log = el("div", { role: "log", ariaLabel: words.talk });
    fields.consent = settings.consent && el("input", { type: "checkbox", required: true });
    ask = el("fieldset", {}, ...settings.questions.map(question),
      settings.consent && el("label", {}, fields.consent, el("small"), settings.consent),
      settings.privacy && link(settings.privacy, words.privacy));
    body = el("div", { className: "body", tabIndex: 0 }, el("div", { className: "row" }, el("p", {}, settings.greeting)), log, ask, notice);
    const mute = button(words.mute, "M5 9v6h4l5 4V5L9 9zM17 9q2 3 0 6", () => {
      change(() => (kept.muted = !kept.muted));
      mute.ariaPressed = kept.muted;
    }, { ariaPressed: !!kept.muted });
    transcript = button(words.transcript, "M3 6h18v12H3zM3 6l9 7 9-7", () => request("/transcript", {}));
    const close = () => {
      show(false);
      bubble.focus();
    };
    panel = el("section", { role: "dialog", ariaLabel: settings.title, onkeydown: (event) => event.key === "Escape" && !paged && close() },
      el("header", {}, el("div", {}, el("h2", {}, settings.title), sub), transcript, mute, !paged && button(words.close, CROSS, close)), composer());
    bubble = button("", "M4 4h16v12H9l-5 4z", () => {
      show(true);
      (ask.hidden ? area : panel.querySelector("input,select,textarea")).focus();
    }, { className: "bubble" });
    bubble.append(el("span", {}, settings.bubble), el("b"));
    const [red, green, blue] = settings.colour.match(/\w\w/g).map((part) => (parseInt(part, 16) / 255) ** 2.2);
    aside.className = paged ? "page" : settings.position;
    aside.style.setProperty("--accent", settings.colour);
    aside.style.setProperty("--ink", 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000" : "#fff");
    aside.replaceChildren(panel, bubble);
    show(paged || trial);
  }

  async function start() {
    const answer = await fetch(`${base}/settings?lang=${(document.documentElement.lang || navigator.language).slice(0, 2)}`);
    if (!answer.ok) return;
    settings = await answer.json();
    words = settings.words;
    load();
    const host = el("div");
    const root = host.attachShadow({ mode: "closed" });
    const stop = (event) => event.stopPropagation();
    const aside = el("aside", { lang: settings.language, ariaLabel: settings.title, onkeydown: stop, onkeyup: stop, onkeypress: stop });
    root.adoptedStyleSheets = [sheet];
    root.append(aside);
    document.body.append(host);
    build(aside);
    const begin = () => {
      load();
      look();
      follow();
    };
    channel.onmessage = begin;
    document.addEventListener("visibilitychange", begin);
    begin();
    send();
    if (trial) addEventListener("message", ({ origin, data }) => {
      if (origin !== location.origin || !data.centralino) return;
      Object.assign(settings, data.centralino);
      build(aside);
    });
  }
  const begin = () => (window.requestIdleCallback || setTimeout)(() => start().catch(() => {}));
  if (document.readyState === "complete") begin();
  else addEventListener("load", begin);
}
