// What is seen of the talk.
let badge = "";
let audio, signed;
const rows = {};

const unread = () => Object.values(all).filter((one) => one.from === "us" && one.id > (kept.seen || 0));
function ring() {
  if (kept.muted || !unread()[0] || !navigator.userActivation?.hasBeenActive) return;
  audio ||= new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 660 });
  tone.connect(new GainNode(audio, { gain: 0.05 })).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.15);
}
// A message's row is made once for each state that it can be in.
function row(one, last) {
  const item = kept.unsent[one.client],
    waits = item && !item.done,
    bad = waits && wrong(item);
  const late = bad || (waits && tries > 2 && words.late);
  const state =
    late || (waits ? words.sending : one !== last ? one.name : talk.seen >= one.id ? words.seen : words.sent);
  return (rows[JSON.stringify([one, state])] ||= el(
    "div",
    { className: "row " + one.from },
    one.text &&
      el("p", {}, ...one.text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/i).map((part) => link(part, part))),
    ...one.files.map(({ id, name }) =>
      button(
        "file",
        "↓",
        async () =>
          el("a", {
            href: URL.createObjectURL(await (await call("/files/" + id)).blob()),
            download: name,
          }).click(),
        name,
      ),
    ),
    el(
      "small",
      {},
      `${state || ""} ${new Date(one.at).toLocaleString(set.language, { dateStyle: "medium", timeStyle: "short" })} `,
      late && link(`mailto:${set.write_to}?body=${encodeURIComponent(one.text)}`, set.write_to),
    ),
    bad && button("file", "↑", () => mend(item), words.edit),
  ));
}
function draw() {
  const fresh = unread(),
    newest = fresh.at(-1)?.id,
    count = fresh.length || "";
  const seen = bubble.hidden && !document.hidden ? newest : undefined;
  if (newest && signed !== (signed = newest + "," + seen)) sign({ delivered: newest, seen });
  if (seen) return change(() => (kept.seen = seen));
  const mark = count && document.hidden ? `(${count}) ` : "";
  if (mark !== badge) document.title = mark + document.title.replace(badge, "");
  badge = mark;
  bubble.title = count && words.unread.replace("%", count);
  bubble.lastChild.textContent = count;
  const list = Object.values(all)
    .sort((a, b) => new Date(a.at) - new Date(b.at))
    .concat(Object.values(kept.unsent));
  const last = list.findLast((one) => one.from === "visitor"),
    now = list.map((one) => row(one, last));
  // Whoever reads further up is left there.
  const low = body.scrollTop + body.clientHeight > body.scrollHeight - 99;
  let same = 0;
  while (now[same] && now[same] === log.children[same]) same++;
  while (log.children[same]) log.lastChild.remove();
  log.append(...now.slice(same));
  const { question, value } = talk.asks || {};
  vote.hidden = !(vote.firstChild.textContent = question || "");
  for (const one of vote.querySelectorAll("button")) one.ariaPressed = one.title === words[value];
  if ((now[same] || question) && low) body.scrollTop = 1e9;
  ask.hidden = ask.disabled = list.some((one) => !one.error) || (kept.token && !talk.messages);
  sub.textContent = talk.holder || set.name;
  typing.textContent = talk.typing ? words.typing.replace("%", sub.textContent) : "";
  notice.textContent = talk.notice ?? set.away;
  mail.hidden = !talk.asks_email;
  post.hidden = !talk.transcript;
  mute.ariaPressed = !!kept.muted;
  chips.replaceChildren(
    ...files.map((file) =>
      button("file", "×", () => draw((files = files.filter((one) => one !== file))), file.name, words.remove),
    ),
  );
}
