// Part of the page only while `npm run dev` builds it.
let shown;

async function look() {
  try {
    const answer = await fetch("/dev/build", { cache: "no-store" });
    const build = answer.ok ? await answer.text() : shown;
    shown ??= build;
    if (build !== shown) return location.reload();
  } catch {
    // The router is being replaced.
  }
  setTimeout(look, 300);
}

look();
