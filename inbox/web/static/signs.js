// The visitor of a chat sees that a colleague types an answer, and what has been read here.
const form = document.querySelector("#answer[data-signs]");
const EVERY = 4000;
let typed = 0;
let read = 0;

function tell(sign) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  return fetch(form.dataset.signs, { method: "POST", headers, body: JSON.stringify(sign) }).catch(() => null);
}

function newest() {
  const numbers = [...document.querySelectorAll("#timeline .message.inbound")].map((one) => Number(one.id.slice(8)));
  return Math.max(0, ...numbers);
}

// A page that nobody looks at has read nothing.
async function look() {
  const number = newest();
  if (document.visibilityState !== "visible" || number <= read) return;
  const before = read;
  read = number;
  const answer = await tell({ read: number });
  if (!answer?.ok && read === number) read = before;
}

if (form) {
  document.getElementById("text").addEventListener("input", () => {
    // A note is no answer: that somebody writes one is nobody else's business.
    if (form.elements.mode.value !== "answer" || Date.now() - typed < EVERY) return;
    typed = Date.now();
    tell({ typing: true });
  });
  document.addEventListener("visibilitychange", look);
  document.addEventListener("fresh", look);
  look();
}
