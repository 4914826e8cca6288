// What goes to the server and what comes from it.
let sending, leading, following, again;
let tries = 0;
let looking = pause(0);

const call = (path, it, signal = AbortSignal.timeout(3e5)) =>
  fetch(base + path, {
    method: it ? "POST" : "GET",
    headers: { Authorization: "Bearer " + kept.token, "Accept-Language": set.language },
    body: it && (it.append ? it : new Blob([JSON.stringify(it)], { type: "application/json" })),
    signal,
  });
const reply = async (asked) => {
  const got = await asked.catch(none);
  return { got, ...(await got.json?.().catch(none)) };
};
const sign = (it) => call("/signs", it).catch(none);

// Messages go one after the other, so that they stay in order; each may be repeated, for it has an id of its own.
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
      tries = 0;
      mark({ done: true });
      tell();
      follow();
    } else if (got.status === 401) {
      // Another user of the site: a talk of its own.
      forget();
      change(() => (kept.token = random(32)));
    } else if (/^4(?!08|29)/.test(got.status)) {
      mark({ error: error || words.failed });
      if (errors) mend(one, errors);
    } else {
      draw(tries++);
      await pause(Math.max(Math.min(2 ** tries / 2, 30), got.headers?.get("Retry-After") || 0));
    }
  }
}
// What was refused comes back to be mended.
function mend(one, errors) {
  area.value = one.text;
  files = held[one.client] || [];
  change(() => delete kept.unsent[one.client]);
  area.focus();
  for (const name in errors) fields[name]?.setCustomValidity(errors[name]);
  area.form.reportValidity();
}

const forget = () => {
  all = {};
  talk = { messages: [] };
  change(() => (kept = { unsent: kept.unsent }));
};

// The talk is fetched whenever the stream says that its version is another; one look after the other.
const look = () =>
  (looking = looking
    .then(async () => {
      if (!kept.token) return;
      const got = await call("/talk?after=" + Math.max(0, ...Object.keys(all)));
      if (got.status === 401 && !next()) forget();
      if (!got.ok) return;
      talk = await got.json();
      if (leading && talk.messages[0]) setTimeout(ring, 500);
      clearTimeout(again);
      again = talk.again && setTimeout(look, talk.again * 1e3);
      change(() => {
        for (const one of talk.messages) delete kept.unsent[(all[one.id] = one).client];
      });
    })
    .catch(none));
const tell = () => look(channel.postMessage(0));
// One tab of a browser listens and tells the others.
const follow = () =>
  (following ||= (navigator.locks?.request(store, listen) ?? listen()).then(() => (following = leading = 0)));
async function listen() {
  for (let wait = 1, silent = 0, told; (leading = kept.token); wait = Math.min(wait * 2, 30)) {
    await look();
    const stop = new AbortController(),
      timer = setTimeout(() => stop.abort(silent++), 8e3);
    try {
      const reader = (await call("/stream", null, stop.signal)).body.getReader();
      for (let text = "", part; !(part = await reader.read()).done;) {
        text += String.fromCharCode(...part.value);
        const version = text.match(/[^]*data:(.*)\n/)?.[1];
        if (!version) continue;
        clearTimeout(timer, (wait = 1), (silent = 0));
        if (version !== told) tell((told = version));
      }
    } catch {}
    await pause(wait, clearTimeout(timer));
    for (let end = Date.now() + 12e4; silent > 1 && Date.now() < end; tell()) await pause(document.hidden ? 60 : 5);
  }
}
