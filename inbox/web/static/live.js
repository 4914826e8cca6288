// Pages hear that something changed and fetch the marked parts again. One stream a browser: the page that holds the
// lock listens and tells the others, because HTTP/1.1 allows only six connections to a host.
const parts = () => [...document.querySelectorAll("[data-live]")];
let running = false, again = false;

async function refresh() {
  if (running) { again = true; return; }
  running = true;
  for (const part of parts()) {
    const address = new URL(part.dataset.live, location.origin);
    if (part.id === "queue") { address.pathname = "/"; address.searchParams.set("part", "list"); }
    const answer = await fetch(address, { headers: { "X-Requested-With": "live" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) continue;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
    if (fresh) exchange(part, fresh);
  }
  running = false;
  if (again) { again = false; refresh(); }
}

function exchange(part, fresh) {
  const open = location.pathname.match(/^\/conversations\/(\d+)/);
  if (open && part.id === "queue") {
    fresh.dataset.live = part.dataset.live;
    for (const link of fresh.querySelectorAll(`a[href*="/conversations/${open[1]}?"], a[href$="/conversations/${open[1]}"]`)) {
      link.setAttribute("aria-current", "true");
      link.closest("li").classList.add("current");
    }
  }
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const opened = [...part.querySelectorAll("details[open]")].map((one) => one.closest("li")?.id);
  const top = part.scrollTop;
  part.replaceWith(fresh);
  fresh.scrollTop = top;
  for (const id of opened) if (id) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function listen(channel) {
  return new Promise(() => {
    const stream = new EventSource("/live");
    stream.onmessage = () => { channel.postMessage("changed"); refresh(); };
  });
}

if (parts().length) {
  const channel = new BroadcastChannel("centralino");
  channel.onmessage = refresh;
  if (navigator.locks) navigator.locks.request("centralino-live", () => listen(channel));
  else listen(channel);
}

for (const select of document.querySelectorAll("select[data-fill]")) {
  select.addEventListener("change", () => {
    const area = document.getElementById(select.dataset.fill);
    if (select.value) { area.value = area.value ? `${area.value}\n\n${select.value}` : select.value; area.focus(); }
    select.value = "";
  });
}
