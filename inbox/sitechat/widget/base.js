// What the widget keeps and how it makes elements. Nothing is kept before the first message.
const { src, dataset: data } = document.currentScript;
// In the settings' preview nothing is sent and nothing is kept.
const trial = "preview" in data;
const base = new URL("chat/" + data.key, src).href;
const store = "centralino-" + (trial ? "" : data.key);
const channel = new BroadcastChannel(store);
const none = () => 0;
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1e3));

// What the server says: the settings, their words, the talk, and all of its messages by number.
let set, words;
let talk = {};
let all = {};
// The visit's token, messages that have not arrived yet, what was seen, and whether it rings; shared by all tabs.
let kept = { unsent: {} };
// Files to go with the next message, and those of unsent ones, which no reload survives.
let files = [];
const held = {};

let load = () => {
  try {
    kept = JSON.parse(localStorage[store]);
  } catch {}
};
const change = (edit) => {
  load();
  edit();
  try {
    if (kept.token) localStorage[store] = JSON.stringify(kept);
    else delete localStorage[store];
  } catch {
    // Where nothing may be kept, this page alone knows it.
    load = none;
  }
  draw();
};
const random = (bytes) =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace("=", "");

const el = (tag, props, ...children) => {
  const one = Object.assign(document.createElement(tag), props);
  one.append(...children.filter(Boolean));
  return one;
};
const button = (className, sign, onclick, text, title = words[className]) =>
  el("button", { type: onclick && "button", className, title, onclick }, el("i", {}, sign), text);
// (noreferrer gives the opened page no way back either: HTML Standard, link type "noreferrer".)
const link = (href, text) =>
  /^(https?|mailto):/i.test(href) ? el("a", { href, target: "_blank", rel: "noreferrer" }, text) : text;
