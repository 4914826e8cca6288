// A chat that nobody has taken rings on open pages: a soft sound once, and the window's title until somebody looks.
// What has rung, and what was looked at, is kept for all windows of the browser: moving on to another page rings nothing.
const MUTED = "centralino-muted";
const RUNG = "centralino-rung";
const LOOKED = "centralino-looked";
const title = document.title;
let audio = null;

const kept = (name) => new Set(JSON.parse(localStorage.getItem(name) ?? "[]"));
const keep = (name, some) => localStorage.setItem(name, JSON.stringify([...some]));
const queue = () => document.querySelector("#queue[data-ringing]");

// Two soft notes, a third apart.
function sound() {
  if (!audio || localStorage.getItem(MUTED)) return;
  for (const [frequency, after] of [[659, 0], [523, 0.28]]) {
    const [tone, volume, at] = [audio.createOscillator(), audio.createGain(), audio.currentTime + after];
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.9);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 1);
  }
}

function look() {
  const ringing = queue().dataset.ringing.split(" ").filter(Boolean);
  const [rung, looked] = [kept(RUNG), kept(LOOKED)];
  if (ringing.some((one) => !rung.has(one))) sound();
  keep(RUNG, ringing);
  keep(LOOKED, ringing.filter((one) => looked.has(one)));
  const unseen = ringing.filter((one) => !looked.has(one)).length;
  document.title = unseen ? `(${unseen}) Chat · ${title}` : title;
}

function looked() {
  keep(LOOKED, queue().dataset.ringing.split(" ").filter(Boolean));
  look();
}

// Without a chat there is no switch, and nothing to ring.
const box = document.getElementById("sound");
if (queue() && box) {
  for (const gesture of ["pointerdown", "keydown"]) {
    document.addEventListener(gesture, () => {
      // Browsers let a page sound only once somebody has touched it.
      audio ??= new AudioContext();
      looked();
    });
  }
  box.checked = !localStorage.getItem(MUTED);
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(MUTED);
    else localStorage.setItem(MUTED, "1");
  });
  document.addEventListener("fresh", look);
  window.addEventListener("focus", looked);
  look();
}
