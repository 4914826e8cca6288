// Pages hear that something changed and fetch the marked parts again. One stream a browser: the page that holds the
// lock listens and tells the others, because HTTP/1.1 allows only six connections to a host.
const parts = () => [...document.querySelectorAll("[data-live]")];
let running = false;
let again = false;

async function refresh() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  for (const part of parts()) {
    const answer = await fetch(part.dataset.live, { headers: { "X-Requested-With": "live" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) continue;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh && !isWrittenIn(part) && plain(fresh) !== plain(part)) exchange(part, fresh);
  }
  document.dispatchEvent(new Event("fresh"));
  running = false;
  if (again) {
    again = false;
    refresh();
  }
}

// A form's token is another one each time.
const plain = (part) => part.outerHTML.replace(/name="csrf_token" value="[^"]*"/g, "");

// What somebody is writing is not taken from under their hands.
function isWrittenIn(part) {
  const areas = [...part.querySelectorAll("textarea")];
  return areas.some((one) => one === document.activeElement || one.value !== one.defaultValue);
}

function exchange(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const opened = [...part.querySelectorAll("details[open]")].map((one) => one.id);
  const scroller = part.closest(".scroller");
  const atEnd = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 24;
  const top = part.scrollTop;
  part.replaceWith(fresh);
  fresh.scrollTop = top;
  for (const id of opened) if (id) document.getElementById(id)?.setAttribute("open", "");
  if (atEnd) scroller.scrollTop = scroller.scrollHeight;
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function listen(channel) {
  return new Promise(() => {
    const stream = new EventSource("/live");
    stream.onmessage = () => {
      channel.postMessage("changed");
      refresh();
    };
  });
}

if (parts().length) {
  // What counts down is looked at every minute.
  setInterval(() => document.querySelector("[data-countdown]") && refresh(), 60_000);
  const channel = new BroadcastChannel("centralino");
  channel.onmessage = refresh;
  if (navigator.locks) navigator.locks.request("centralino-live", () => listen(channel));
  else listen(channel);
}
