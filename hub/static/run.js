// A run's page as it goes on: the events of the run, read with the word that proves that this page asks.
"use strict";

(async () => {
  const run = document.getElementById("run");
  const set = (id, text) => { document.getElementById(id).textContent = text; };
  const words = { accepted: "waiting", running: "running" };

  const show = (info) => {
    const ours = info.polarhub;
    if (!(info.status in words)) {
      window.location.reload();
      return;
    }
    const state = document.querySelector("#state > span");
    if (state.textContent !== words[info.status]) {
      state.textContent = words[info.status];
      state.className = `ph-status ph-status-${info.status}`;
    }
    set("message", info.message || "");
    set("cells", ours.cellsTotal ? `${ours.cellsDone} of ${ours.cellsTotal} cells` : "");
    set("line", ours.lastLine || "");
    document.querySelector(".ph-progress").value = info.progress;
    document.querySelector(".progress").setAttribute("aria-valuenow", info.progress);
  };

  const listen = async () => {
    const answer = await fetch(run.dataset.events, { headers: { "X-XSRFToken": run.dataset.word } });
    if (!answer.ok) {
      throw new Error(answer.status);
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      const lines = (text + value).split("\n");
      text = lines.pop();
      for (const line of lines.filter((one) => one.startsWith("data: "))) {
        show(JSON.parse(line.slice(6)));
      }
    }
  };

  for (;;) {
    try {
      await listen();
    } catch {
      // the api is away for a moment: the run goes on, and so does this page
    }
    await new Promise((again) => { setTimeout(again, 3000); });
  }
})();
