/* JupyterLab asks for one thing after another; here all of it is asked for at once.
   Its files: as preloads. Its server's answers: kept until JupyterLab puts the same question. */
(() => {
  const KEPT = 5000; /* ms after the first question that an answer is good for */
  const WAITS = 60000; /* ms until JupyterLab must have put it */
  const here = new URL('.', document.currentScript.src);
  const config = JSON.parse(document.getElementById('jupyter-config-data').textContent);
  const shared = new URL(config.fullLabextensionsUrl, location.href).href.startsWith(here.href);

  for (const name of NEEDED) {
    if (!shared && !name.startsWith('static/')) continue;
    const link = document.createElement('link');
    link.rel = 'preload';
    link.as = 'script';
    link.href = new URL(name, here).href;
    document.head.append(link);
  }

  const theirs = window.fetch;
  const answers = new Map();
  const headers = { 'Content-Type': 'application/json' };
  if (config.token) headers.Authorization = `token ${config.token}`;
  const xsrf = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/);
  if (xsrf) headers['X-XSRFToken'] = xsrf[1];
  for (const path of ASKED) {
    const url = new URL(config.baseUrl + path, location.href).href;
    answers.set(url, theirs(url, { headers, cache: 'no-cache', credentials: 'same-origin' }));
    answers.get(url).catch(() => answers.delete(url));
  }

  const forget = () => answers.clear();
  setTimeout(forget, WAITS);
  let asked = false;
  window.fetch = (input, init) => {
    const method = (init && init.method) || input.method || 'GET';
    const url = new URL(input.url || input, location.href).href;
    const isLayout = url.includes('/lab/api/workspaces/');
    if (method !== 'GET' && !isLayout) forget(); /* something changes: what was answered is old */
    const plain = url.replace(/[?&]\d{13}$/, ''); /* the time, which makes each question another one */
    const answer = method === 'GET' ? answers.get(plain) : undefined;
    if (!answer) return theirs(input, init);
    if (!asked) setTimeout(forget, KEPT);
    asked = true;
    return answer.then(kept => kept.clone(), () => theirs(input, init));
  };
})();
